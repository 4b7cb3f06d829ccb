// biome-ignore-all lint/suspicious/noTemplateCurlyInString: as programs have it
/** Secrets in programs, tables and notes. The secret is what stands in the place of @@. */
import type { MadeUp } from "./made-up.ts";
import type { Told } from "./secrets-in-settings.ts";

const word = (): string => ["sun", "flower"].join("");
/** As people end them. */
const numbered = (): string => `${word()}2`;
const phrase = (): string => ["keyboard", "cat"].join(" ");

/** Words as those of a wallet: their number and their letters, not their meaning. */
function wallet(count: number, between = " "): (m: MadeUp) => string {
  return (m) => Array.from({ length: count }, (_, i) => `z${m.lower(2 + (i % 6))}`).join(between);
}

export const IN_PROGRAMS: Told = {
  "fallback in javascript": ['const p = process.env.DB_PASSWORD || "@@";', numbered],
  "fallback in javascript, of letters": ["pass: process.env.SMTP_PASSWORD ?? '@@',", word],
  "fallback in javascript, of a secret": [
    "app.use(session({ secret: process.env.SESSION_SECRET || '@@' }))",
    phrase,
  ],
  "fallback in javascript, in brackets": ["process.env['JWT_SECRET'] || `@@`", numbered],
  "fallback in vite": ['import.meta.env.VITE_API_SECRET ?? "@@"', numbered],
  "fallback of a token": ['process.env.API_TOKEN || "@@"', (m) => m.word(24)],
  "fallback of a key": ['os.environ.get("SIGNING_KEY", "@@")', (m) => m.word(32)],
  "fallback in python": ['os.environ.get("DB_PASSWORD", "@@")', numbered],
  "fallback in python, getenv": ["os.getenv('DB_PASSWORD', '@@')", word],
  "fallback in python, or": ['os.getenv("REDIS_PASSWORD") or "@@"', numbered],
  "fallback in django": ["env('EMAIL_HOST_PASSWORD', default='@@')", numbered],
  "fallback in ruby": ['ENV.fetch("DB_PASSWORD", "@@")', numbered],
  "fallback in ruby, or": ["ENV['DB_PASSWORD'] || '@@'", numbered],
  "fallback in php": ["getenv('DB_PASSWORD') ?: '@@'", numbered],
  "fallback in laravel": ["'password' => env('DB_PASSWORD', '@@'),", numbered],
  "fallback in go": ['getEnv("DB_PASSWORD", "@@")', numbered],
  "fallback in java": ['System.getenv().getOrDefault("DB_PASSWORD", "@@")', numbered],
  "fallback in rust": ['env::var("DB_PASSWORD").unwrap_or("@@".into())', numbered],
  "fallback in rust, in a closure": [
    'env::var("DB_PASSWORD").unwrap_or_else(|_| "@@".to_string())',
    numbered,
  ],
  "wallet's words": ['const mnemonic = "@@";', wallet(12)],
  "wallet's words, 24": ["Seed phrase: @@\n", wallet(24)],
  "wallet's words in env": ["SEED_PHRASE=@@\nNETWORK=main\n", wallet(12)],
  "wallet's words in env, quoted": ['MNEMONIC="@@"\n', wallet(15)],
  "wallet's words on the next line": ["Your recovery phrase:\n\n    @@\n", wallet(12)],
  "wallet's words with commas": ["wallet seed: @@\n", wallet(12, ", ")],
  "wallet's words in json": ['{"mnemonic": ["@@"]}', wallet(12, '", "')],
  "wallet's words in hardhat": ["accounts: { mnemonic: '@@', count: 10 }", wallet(12)],
  "password in a Markdown table": [
    "| User | Password |\n|------|:---------|\n| bob | `@@` |\n",
    numbered,
  ],
  "password in a Markdown table, second row": [
    "Server | Login | Password\n--- | --- | ---\ndb1 | al | -\ndb2 | bob | @@\n",
    word,
  ],
  "password in a table of psql": [
    "  user  |  password  \n--------+------------\n bob    | @@\n(1 row)\n",
    numbered,
  ],
  "password in a table of mysql": [
    "+------+----------+\n| user | password |\n+------+----------+\n| bob  | @@ |\n+------+----------+\n",
    numbered,
  ],
  "password in csv": ["user,email,password\nbob,bob@corp.example,@@\n", numbered],
  "password in csv of a browser": [
    '"name","url","username","password"\n"corp","https://corp.example","bob","@@"\n',
    (m) => m.password(),
  ],
  "password in tsv": ["username\tpassword\nbob\t@@\n", numbered],
  "password of a Wi-Fi network in a call": ['WiFi.begin("HomeNet", "@@");', numbered],
  "password of a Wi-Fi network, with its name": ["WiFi.begin(ssid, '@@');", word],
  "passcode in env": ["DOOR_PASSCODE=@@\n", (m) => m.digits(6)],
  "passcode in json": ['{"door": "north", "passcode": "@@"}', (m) => m.digits(6)],
};
