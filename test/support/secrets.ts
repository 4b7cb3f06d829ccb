/**
 * One made-up secret of each kind, as it stands in sessions. Each is put together when the tests
 * run, so that no scanner finds a secret in this repository.
 */
import { MadeUp } from "./made-up.ts";
import { EXAMPLES } from "./secrets-by-example.ts";
import { IN_PROGRAMS } from "./secrets-in-programs.ts";
import { MARKED, PAIRS, PLAIN, SHELLS, type Told, WILD } from "./secrets-in-settings.ts";
import { FORMED } from "./secrets-of-form.ts";

export interface Planted {
  kind: string;
  /** What must be gone; of keys of several lines, each line. */
  secrets: string[];
  text: string;
}

/** Texts that say nothing of what stands in them: the secret has to be known by its form. */
const SILENT = [
  "I put @@ there, as you said.",
  '{"type":"text","value":"@@","n":1}',
  "  - name: X_VALUE\n    value: @@\n",
  "$ deploy --with @@ --region eu",
  "2026-11-02T10:11:12Z INFO worker[12] using @@",
  "> X-Thing: @@\r\n> Accept: */*\r\n",
  "export MY_VALUE=@@",
  "const value = '@@';",
];

/** What is around them tells. The secret is what stands in the place of @@. */
const TOLD: Told = {
  "aws secret access key": ["aws_secret_access_key = @@", (m) => m.base64(40)],
  "aws session token": ["export AWS_SESSION_TOKEN=@@", (m) => `IQoJb3JpZ2luX2Vj${m.base64(300)}`],
  "heroku api key": ['{"heroku_api_key": "@@"}', (m) => m.uuid()],
  "snyk token": ["SNYK_TOKEN=@@ npx snyk test", (m) => m.uuid()],
  "datadog api key": ["DD_API_KEY=@@ datadog-agent run", (m) => m.hex(32)],
  "cloudflare api token": ["CLOUDFLARE_API_TOKEN: @@", (m) => m.slug(40)],
  "cloudflare global key": ["-H 'X-Auth-Key: @@'", (m) => m.hex(37)],
  "mailgun key": [
    "curl -s --user 'api:@@' https://api.mailgun.net/v3/x/messages",
    (m) => `key-${m.hex(32)}`,
  ],
  "mailchimp key": ["MAILCHIMP=@@", (m) => `${m.hex(32)}-us14`],
  "algolia admin key": ["ALGOLIA_ADMIN_KEY=@@", (m) => m.hex(32)],
  "okta token": ["Authorization: SSWS @@", (m) => `00${m.slug(40)}`],
  "okta token in settings": ["okta.token: '@@'", (m) => `00${m.slug(40)}`],
  "typeform token": ["typeform = tfp_@@", (m) => m.slug(59)],
  "twitter bearer token": ["TWITTER_BEARER=@@", (m) => `${"A".repeat(22)}${m.word(88)}`],
  "azure storage key": [
    "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=@@;EndpointSuffix=core.windows.net",
    (m) => `${m.base64(86)}==`,
  ],
  "azure shared access signature": [
    "https://shop.blob.core.windows.net/c?sv=2024-11-04&ss=b&se=2026-12-01&sig=@@",
    (m) => `${m.word(43)}%3D`,
  ],
  "gcp private key id": ['{"type": "service_account", "private_key_id": "@@"}', (m) => m.hex(40)],
  "vercel token": ["vercel deploy --prod --token=@@", (m) => m.word(24)],
  "sonarqube token": ["mvn sonar:sonar -Dsonar.token=@@", (m) => `squ_${m.hex(40)}`],
  "ngrok token": ["ngrok config add-authtoken @@", (m) => `2${m.word(26)}_${m.word(21)}`],
  "pagerduty key": ['"Authorization": "Token token=@@"', (m) => `u+${m.word(18)}`],
  "telegram url": [
    "https://api.telegram.org/bot@@/getMe",
    (m) => `6${m.digits(9)}:AA${m.slug(33)}`,
  ],
  "presigned s3 address": [
    "https://b.s3.amazonaws.com/k?X-Amz-Date=20261102T000000Z&X-Amz-Signature=@@",
    (m) => m.hex(64),
  ],
  "kubeconfig token": [
    "users:\n- name: admin\n  user:\n    token: @@\n",
    (m) => `${m.low(6)}.${m.low(16)}`,
  ],
  "kubeconfig client key": [
    "    client-key-data: @@\n",
    (m) => Buffer.from(pem(m, "RSA PRIVATE KEY").join("\n")).toString("base64"),
  ],
  "kubernetes secret": [
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  username: YWRtaW4=\n  code: @@\n",
    (m) => Buffer.from(m.password()).toString("base64"),
  ],
  "docker auth": [
    '{\n\t"auths": {\n\t\t"https://index.docker.io/v1/": {\n\t\t\t"auth": "@@"\n\t\t}\n\t}\n}',
    (m) => Buffer.from(`bob:${m.password()}`).toString("base64"),
  ],
  "npmrc token": ["//registry.npmjs.org/:_authToken=@@", (m) => m.uuid()],
  "npmrc auth": [
    "//npm.corp.example/:_auth=@@",
    (m) => Buffer.from(`bob:${m.password()}`).toString("base64"),
  ],
  netrc: ["machine api.corp.example\n  login bob\n  password @@\n", (m) => m.lower(12)],
  "netrc in one line": ["machine api.corp.example login bob password @@", (m) => m.password()],
  pypirc: ["[pypi]\nusername = bob\npassword = @@\n", (m) => m.password()],
  pgpass: ["db.corp.example:5432:shop:bob:@@", (m) => m.password()],
  "git credentials": ["https://bob:@@@github.com", (m) => m.word(20)],
  "nuget password": ['<add key="ClearTextPassword" value="@@" />', (m) => m.password()],
  "maven password": [
    "<server><id>c</id><username>bob</username><password>@@</password></server>",
    (m) => m.password(),
  ],
  "wireguard key": [
    "[Interface]\nPrivateKey = @@\nAddress = 10.0.0.2/32\n",
    (m) => `${m.base64(42)}Q=`,
  ],
  "laravel key": ["APP_KEY=base64:@@", (m) => `${m.base64(43)}=`],
  "django key": ["SECRET_KEY = 'django-insecure-@@'", (m) => `${m.low(30)}&^#${m.low(15)}`],
  "rails key": ["secret_key_base: @@", (m) => m.hex(128)],
  "shadow line": ["root:@@:19800:0:99999:7:::", (m) => `$y$j9T$${m.word(22)}$${m.word(43)}`],
  "htpasswd line": ["bob:@@", (m) => `$apr1$${m.word(8)}$${m.word(22)}`],
  "htpasswd line of sha-1": ["bob:{SHA}@@", (m) => `${m.base64(27)}=`],
  "argon2 password hash": [
    "hash @@",
    (m) => `$argon2id$v=19$m=65536,t=3,p=4$${m.word(22)}$${m.word(43)}`,
  ],
  otpauth: ["otpauth://totp/Corp:bob@corp.example?secret=@@&issuer=Corp", (m) => m.base32(32)],
  "cookie header": [
    "GET / HTTP/1.1\r\nCookie: theme=dark; session=@@; lang=en\r\n",
    (m) => m.word(32),
  ],
  "set-cookie header": [
    "< Set-Cookie: connect.sid=@@; Path=/; HttpOnly",
    (m) => `s%3A${m.slug(32)}.${m.word(43)}`,
  ],
  "cookie of curl": ["curl -b 'PHPSESSID=@@' https://corp.example/", (m) => m.low(26)],
  "cookie in json": ['{"headers":{"cookie":"JSESSIONID=@@; a=b"}}', (m) => m.upper(32)],
  "curl -u": ["curl -sS -X POST -u bob:@@ https://corp.example/api", (m) => m.password()],
  "curl --user, over lines": [
    "curl -sS \\\n  --header 'Accept: text/plain' \\\n  --user \"bob:@@\" \\\n  https://corp.example",
    (m) => m.password(),
  ],
  "mysql -p": ["mysql -h db -u root -p@@ shop < dump.sql", (m) => m.lower(9)],
  "mysqldump -p": ["mysqldump -uroot -p'@@' shop", (m) => m.password()],
  "sshpass -p": ["sshpass -p @@ ssh bob@10.0.0.5", (m) => m.password()],
  "sshpass -p, quoted": ["sshpass -p '@@' scp a bob@10.0.0.5:", (m) => m.lower(10)],
  "redis-cli -a": ["redis-cli -h cache -a @@ ping", (m) => m.password()],
  "docker login -p": ["docker login -u bob -p @@ registry.corp.example", (m) => m.password()],
  "ldapsearch -w": ["ldapsearch -x -D cn=admin,dc=corp -w @@ -b dc=corp", (m) => m.password()],
  "htpasswd -b": ["htpasswd -b -c .htpasswd bob @@", (m) => m.password()],
  "sudo -S": ["echo @@ | sudo -S systemctl restart shop", (m) => m.lower(9)],
  "new relic licence key in settings": ["license_key: @@", (m) => m.hex(40)],
  "wireguard preshared key": ["PresharedKey = @@", (m) => `${m.base64(42)}Q=`],
  "netrc with line numbers": [
    "     1→machine api.corp.example\n     2→  login bob\n     3→  password @@\n",
    (m) => m.password(),
  ],
  "openssl passin": ["openssl rsa -in k.pem -passin pass:@@ -out o.pem", (m) => m.password()],
  PGPASSWORD: ["PGPASSWORD=@@ psql -h db -U bob shop", (m) => m.password()],
  "postgres address": [
    "DATABASE_URL=postgresql://bob:@@@db.corp.example:5432/shop",
    (m) => m.word(16),
  ],
  "mongodb address": ["mongodb+srv://bob:@@@c0.abcde.mongodb.net/shop", (m) => m.word(14)],
  "redis address": ["REDIS_URL=rediss://default:@@@cache.corp.example:6380", (m) => m.word(20)],
  "amqp address": ["amqps://bob:@@@mq.corp.example/vh", (m) => m.word(12)],
  "connection string": [
    "Server=tcp:db;Database=shop;User ID=sa;Password=@@;Encrypt=True",
    (m) => m.password(),
  ],
  "basic authorization": [
    "Authorization: Basic @@",
    (m) => Buffer.from(`bob:${m.password()}`).toString("base64"),
  ],
  "bearer authorization": ["-H 'Authorization: Bearer @@'", (m) => m.word(40)],
  "x-api-key header": ["x-api-key: @@", (m) => m.word(32)],
  "password in env": ["DB_PASSWORD=@@", (m) => m.password()],
  "password in json": ['{"user":"bob","password":"@@"}', (m) => m.password()],
  "password in yaml": ["smtp:\n  user: bob\n  password: @@\n", (m) => m.password()],
  "password in terraform": ['resource "x" "y" {\n  admin_password = "@@"\n}', (m) => m.password()],
  "password of spring": ["spring.datasource.password=@@", (m) => m.password()],
  "password of ansible": ["ansible_become_password: '@@'", (m) => m.password()],
  "client secret": ['"client_secret": "@@"', (m) => m.slug(40)],
  "jwt signing secret": ["JWT_SECRET=@@", (m) => m.word(48)],
  "encryption key": ["ENCRYPTION_KEY=@@", (m) => m.hex(64)],
  passphrase: ['"passphrase": "@@"', (m) => m.password()],
};

function pem(m: MadeUp, kind: string): string[] {
  const lines = Array.from({ length: 12 }, () => m.base64(64));
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`];
}

function block(kind: string, head: string[], body: string[], tail: string[]): Planted {
  return { kind, secrets: body, text: [...head, ...body, ...tail].join("\n") };
}

function blocks(m: MadeUp): Planted[] {
  const keys = [
    "RSA PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "EC PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
  ];
  const plain = keys.map((kind) => {
    const [head = "", ...rest] = pem(m, kind);
    return block(kind.toLowerCase(), [head], rest.slice(0, -1), rest.slice(-1));
  });
  const lines = (count: number) => Array.from({ length: count }, () => m.base64(64));
  const putty = block(
    "putty key",
    [
      "PuTTY-User-Key-File-3: ssh-rsa",
      "Encryption: none",
      "Comment: bob",
      "Public-Lines: 2",
      ...lines(2),
      "Private-Lines: 4",
    ],
    lines(4),
    [`Private-MAC: ${m.hex(64)}`],
  );
  const account = pem(m, "PRIVATE KEY");
  const json = JSON.stringify({ type: "service_account", private_key: `${account.join("\n")}\n` });
  return [...plain, putty, { kind: "gcp private key", secrets: account.slice(1, -1), text: json }];
}

/** Those that are known by their form, in each of the texts that say nothing of them. */
export function inEveryText(): Planted[] {
  return Object.entries(FORMED).flatMap(([kind, make], i) => {
    const secret = make(new MadeUp(3000 + i));
    return SILENT.map((text) => ({
      kind,
      secrets: [secret],
      text: text.replace("@@", () => secret),
    }));
  });
}

/** All of them, each in a text of its own. */
export function planted(): Planted[] {
  const formed = Object.entries(FORMED).map(([kind, make], i): Planted => {
    const secret = make(new MadeUp(i));
    return {
      kind,
      secrets: [secret],
      text: (SILENT[i % SILENT.length] ?? "").replace("@@", () => secret),
    };
  });
  return [
    ...formed,
    ...madeUp(TOLD, 1000),
    ...blocks(new MadeUp(2000)),
    ...madeUp({ ...PLAIN, ...MARKED, ...PAIRS, ...SHELLS, ...WILD }, 4000),
    ...madeUp(IN_PROGRAMS, 12_000),
    ...madeUp(Object.fromEntries(EXAMPLES.map((example) => [example[0], example])), 9000),
  ];
}

function madeUp(all: Told, seed: number): Planted[] {
  return Object.entries(all).map(([kind, [text, make]], i) => {
    const secret = make(new MadeUp(seed + i));
    return { kind, secrets: [secret], text: text.replace("@@", () => secret) };
  });
}
