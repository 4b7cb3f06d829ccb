/** Passwords in command lines, identified by an option of the program. */
import { isStandIn } from "./entropy.ts";
import { type Finding, finding, SAID } from "./finding.ts";

interface Command {
  program: RegExp;
  /** What precedes the password. */
  option: string;
  /** `USER:PASSWORD` */
  isPair?: true;
}

/** A shell word: quoted, or up to the next space. */
const WORD = String.raw`(?:"([^"\0\n]{1,512})"|'([^'\0\n]{1,512})'|([^\s\0"'|;&<>]{1,512}))`;
const SPACE = String.raw`[ \t]{1,8}`;

const COMMANDS: Command[] = [
  {
    program: /curl|wget|https?/,
    option: `(?:-u|-U|--user|--proxy-user)(?:=|${SPACE}|(?=[\\w"']))`,
    isPair: true,
  },
  { program: /mysql\w*|mariadb[\w-]*/, option: "-p" },
  { program: /sshpass/, option: `-p(?:${SPACE})?` },
  { program: /redis-cli/, option: `(?:-a|--pass)(?:=|${SPACE})` },
  {
    program: /docker|podman|helm|skopeo|buildah|crane|oras/,
    option: `(?<=login .{0,200})(?:-p|--password)(?:=|${SPACE})`,
  },
  { program: /ldap\w+/, option: `-w${SPACE}` },
  { program: /openssl/, option: `-pass(?:in|out)?${SPACE}["']?pass:` },
  { program: /mongo(?:sh|dump|restore|export|import)?/, option: `(?:-p|--password)(?:=|${SPACE})` },
  { program: /wget|svn|http/, option: `--(?:http-|proxy-)?password(?:=|${SPACE})` },
  { program: /unrar|rar/, option: "-h?p" },
  { program: /hydra/, option: `-p${SPACE}` },
  { program: /ansible-vault/, option: `encrypt_string${SPACE}` },
  { program: /az|twine/, option: `(?<=(?:login|upload) .{0,200})(?:-p|--password)(?:=|${SPACE})` },
  { program: /ssh-keygen/, option: `-[NP]${SPACE}` },
  { program: /gpg2?/, option: `--passphrase(?:=|${SPACE})` },
  { program: /keytool|jarsigner/, option: `-(?:src|dest)?(?:store|key)pass${SPACE}` },
  { program: /apksigner/, option: `--(?:ks|key)-pass${SPACE}pass:` },
  { program: /openssl/, option: `(?<=enc .{0,200})-k${SPACE}` },
  { program: /mosquitto_\w+/, option: `-P${SPACE}` },
  { program: /nmcli/, option: `(?<=wifi .{0,200})password${SPACE}` },
  { program: /influx|cqlsh/, option: `(?:-p|--?password)${SPACE}` },
  { program: /mysqladmin/, option: `(?<=\\s)password${SPACE}(?=["'])` },
  { program: /mount(?:\.cifs)?/, option: `-o${SPACE}[^\\s"']{0,200}?pass(?:word)?=` },
  { program: /snmp\w+/, option: `-[AX]${SPACE}` },
  {
    program: /rabbitmqctl/,
    option: `(?:add_user|change_password)${SPACE}[^\\s-][^\\s]{0,100}${SPACE}`,
  },
  { program: /lftp|ftp/, option: `-u${SPACE}[^\\s,"']{1,100},` },
  { program: /aws/, option: `configure set aws_(?:secret_access_key|session_token)${SPACE}` },
  { program: /sqlcmd|bcp/, option: `-P(?:${SPACE})?` },
  { program: /smbclient|rpcclient|net/, option: `-U${SPACE}["']?[^\\s%"']{1,100}%` },
  {
    program: /htpasswd/,
    option: `-[a-zA-Z]{0,8}b[a-zA-Z]{0,8}(?:${SPACE}-[a-zA-Z]{1,8}){0,3}${SPACE}(?:[^\\s-][^\\s]{0,300}${SPACE}){1,2}`,
  },
  { program: /ngrok/, option: `(?:add-authtoken|authtoken)${SPACE}` },
  { program: /7z|unzip|zip/, option: `(?:(?<=7z .{0,200})-p|-P${SPACE})` },
];

const RULES = COMMANDS.map(({ program, option, isPair = false }) => ({
  program: new RegExp(`^(?:${program.source})$`),
  // An option begins a word.
  form: new RegExp(`(?<=\\s)(?:${option})${WORD}`, "g"),
  isPair,
}));

const PROGRAM = new RegExp(
  `(?<![\\w.-])(?:${COMMANDS.map(({ program }) => program.source).join("|")})(?=[ \\t])`,
  "g",
);
/** Longer ones are not command lines. */
const LONGEST = 4000;
/** A command ends with its line, unless the next one continues with an option. */
const END = /\n(?![ \t]*-)|\0|&&|\|\||(?<=[^\\])[;|]/;

export function* commands(text: string): Generator<Finding> {
  const found = [...text.matchAll(PROGRAM)];
  for (const [i, { index, 0: name }] of found.entries()) {
    const next = found[i + 1]?.index ?? text.length;
    const [line = ""] = text.slice(index, Math.min(next, index + LONGEST)).split(END, 1);
    for (const rule of RULES) {
      if (rule.program.test(name)) yield* passwordsIn(line, index, rule);
    }
  }
}

function* passwordsIn(
  line: string,
  from: number,
  { form, isPair }: { form: RegExp; isPair: boolean },
): Generator<Finding> {
  for (const { index, 0: all, 1: double, 2: single, 3: bare } of line.matchAll(form)) {
    const word = double ?? single ?? bare ?? "";
    const secret = isPair ? /^[^:]{0,200}:(.+)$/.exec(word)?.[1] : word;
    if (secret === undefined || !isPassword(secret, single !== undefined)) continue;
    const end = index + all.length - (bare === undefined ? 1 : 0);
    yield finding("password", from + end - secret.length, secret);
  }
}

/** How a sentence about an option continues. */
const SPOKEN_OF =
  /^(?:options?|flags?|arguments?|parameters?|values?|instead|with|from|when|will|then|that|this|into|using|prompt)[.,:]?$/;

/** Whatever is there is a password, except for variables and example values. */
function isPassword(word: string, isLiteral: boolean): boolean {
  // `http://host` is not a pair.
  if (word.length < 4 || word.startsWith("//") || isStandIn(word) || SAID.test(word)) return false;
  if (SPOKEN_OF.test(word)) return false;
  return isLiteral || !/^[$%`<([{-]|\$\w/.test(word);
}
