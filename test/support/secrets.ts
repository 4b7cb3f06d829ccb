/**
 * One made-up secret of each kind, as it stands in sessions. Each is put together when the tests
 * run, so that no scanner finds a secret in this repository.
 */
import { MadeUp } from "./made-up.ts";

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

type Make = (m: MadeUp) => string;

const FORMED: { [kind: string]: Make } = {
  "aws access key id": (m) => `AKIA${m.base32(16)}`,
  "github classic token": (m) => `ghp_${m.word(36)}`,
  "github fine-grained token": (m) => `github_pat_${m.word(22)}_${m.word(59)}`,
  "github oauth token": (m) => `gho_${m.word(36)}`,
  "github app token": (m) => `ghs_${m.word(36)}`,
  "github refresh token": (m) => `ghr_${m.word(36)}`,
  "gitlab personal token": (m) => `glpat-${m.slug(20)}`,
  "gitlab deploy token": (m) => `gldt-${m.slug(20)}`,
  "gitlab runner token": (m) => `glrt-${m.slug(20)}`,
  "npm token": (m) => `npm_${m.word(36)}`,
  "pypi token": (m) => `pypi-AgEIcHlwaS5vcmc${m.slug(120)}`,
  "rubygems key": (m) => `rubygems_${m.hex(48)}`,
  "docker hub token": (m) => `dckr_pat_${m.slug(27)}`,
  "hugging face token": (m) => `hf_${m.word(34)}`,
  "openai key": (m) => `sk-proj-${m.slug(74)}T3BlbkFJ${m.slug(74)}`,
  "anthropic key": (m) => `sk-ant-api03-${m.slug(93)}AA`,
  "groq key": (m) => `gsk_${m.word(52)}`,
  "xai key": (m) => `xai-${m.word(80)}`,
  "openrouter key": (m) => `sk-or-v1-${m.hex(64)}`,
  "perplexity key": (m) => `pplx-${m.word(48)}`,
  "replicate token": (m) => `r8_${m.word(37)}`,
  "google api key": (m) => `AIza${m.slug(35)}`,
  "google client secret": (m) => `GOCSPX-${m.slug(28)}`,
  "google access token": (m) => `ya29.${m.slug(180)}`,
  "google refresh token": (m) => `1//0${m.slug(60)}`,
  "slack bot token": (m) => `xoxb-${m.digits(12)}-${m.digits(12)}-${m.word(24)}`,
  "slack user token": (m) => `xoxp-${m.digits(12)}-${m.digits(12)}-${m.digits(12)}-${m.hex(32)}`,
  "slack app token": (m) => `xapp-1-A${m.upper(10)}-${m.digits(13)}-${m.hex(64)}`,
  "slack webhook": (m) =>
    `https://hooks.slack.com/services/T${m.upper(10)}/B${m.upper(10)}/${m.word(24)}`,
  "discord bot token": (m) =>
    `${Buffer.from(`1${m.digits(17)}`).toString("base64url")}.G${m.word(5)}.${m.slug(38)}`,
  "discord webhook": (m) => `https://discord.com/api/webhooks/1${m.digits(18)}/${m.slug(68)}`,
  "telegram bot token": (m) => `7${m.digits(9)}:AA${m.slug(33)}`,
  "twilio api key": (m) => `SK${m.hex(32)}`,
  "mailgun key by its form": (m) => `key-${m.hex(32)}`,
  "sendgrid key": (m) => `SG.${m.slug(22)}.${m.slug(43)}`,
  "brevo key": (m) => `xkeysib-${m.hex(64)}-${m.word(16)}`,
  "stripe secret key": (m) => `sk_live_${m.word(24)}`,
  "stripe restricted key": (m) => `rk_live_${m.word(24)}`,
  "stripe webhook secret": (m) => `whsec_${m.word(32)}`,
  "square access token": (m) => `EAAA${m.slug(60)}`,
  "square client secret": (m) => `sq0csp-${m.slug(43)}`,
  "shopify token": (m) => `shpat_${m.hex(32)}`,
  "digitalocean token": (m) => `dop_v1_${m.hex(64)}`,
  "digitalocean oauth token": (m) => `doo_v1_${m.hex(64)}`,
  "notion token": (m) => `ntn_${m.digits(11)}${m.word(35)}`,
  "notion token of before 2024": (m) => `secret_${m.word(43)}`,
  "linear key": (m) => `lin_api_${m.word(40)}`,
  "figma token": (m) => `figd_${m.slug(40)}`,
  "atlassian token": (m) => `ATATT3${m.slug(186)}`,
  "bitbucket app password": (m) => `ATBB${m.word(32)}`,
  "terraform cloud token": (m) => `${m.word(14)}.atlasv1.${m.slug(67)}`,
  "vault token": (m) => `hvs.${m.slug(95)}`,
  "doppler personal token": (m) => `dp.pt.${m.word(43)}`,
  "doppler service token": (m) => `dp.st.dev.${m.word(43)}`,
  "new relic user key": (m) => `NRAK-${m.upper(27)}`,
  "new relic licence key": (m) => `${m.hex(36)}NRAL`,
  "sentry user token": (m) => `sntryu_${m.hex(64)}`,
  "sentry organisation token": (m) => {
    const facts = JSON.stringify({
      iat: 1730000000.5,
      url: "https://sentry.io",
      region_url: "https://us.sentry.io",
      org: "x",
    });
    return `sntrys_${Buffer.from(facts).toString("base64").replace(/=+$/, "")}_${m.base64(43)}`;
  },
  "heroku token": (m) => `HRKU-AA${m.slug(58)}`,
  "supabase token": (m) => `sbp_${m.hex(40)}`,
  "supabase secret key": (m) => `sb_secret_${m.slug(22)}_${m.word(8)}`,
  "planetscale token": (m) => `pscale_tkn_${m.slug(43)}`,
  "planetscale password": (m) => `pscale_pw_${m.slug(43)}`,
  "grafana service account token": (m) => `glsa_${m.word(32)}_${m.hex(8)}`,
  "grafana cloud token": (m) => `glc_${m.base64(90)}`,
  "cloudflare origin key": (m) => `v1.0-${m.hex(24)}-${m.hex(146)}`,
  "tailscale key": (m) => `tskey-auth-${m.word(12)}CNTRL-${m.word(32)}`,
  "databricks token": (m) => `dapi${m.hex(32)}`,
  "postman key": (m) => `PMAK-${m.hex(24)}-${m.hex(34)}`,
  "pulumi token": (m) => `pul-${m.hex(40)}`,
  "prefect key": (m) => `pnu_${m.word(36)}`,
  "age key": (m) => `AGE-SECRET-KEY-1${m.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)}`,
  "json web token": (m) => `eyJ${m.word(33)}.eyJ${m.word(60)}.${m.slug(43)}`,
  "airtable token": (m) => `pat${m.word(14)}.${m.hex(64)}`,
  "fly.io token": (m) => `fm2_${m.base64(180)}`,
  "netlify token": (m) => `nfp_${m.word(36)}`,
  "1password service account": (m) => `ops_eyJ${m.word(300)}`,
  "shippo token": (m) => `shippo_live_${m.hex(40)}`,
  "easypost key": (m) => `EZAK${m.word(54)}`,
  "flutterwave key": (m) => `FLWSECK_TEST-${m.hex(32)}-X`,
  "dynatrace token": (m) => `dt0c01.${m.upper(24)}.${m.upper(64)}`,
  "readme key": (m) => `rdme_${m.low(70)}`,
  "artifactory key": (m) => `AKCp${m.word(69)}`,
  "azure client secret": (m) => `${m.word(3)}8Q~${m.slug(34)}`,
  "azure devops token": (m) => `${m.word(76)}AZDO${m.word(4)}`,
  "circleci token": (m) => `CCIPAT_${m.word(22)}_${m.hex(40)}`,
  "buildkite token": (m) => `bkua_${m.hex(40)}`,
  "openshift token": (m) => `sha256~${m.slug(43)}`,
  "microsoft teams webhook": (m) =>
    `https://corp.webhook.office.com/webhookb2/${m.uuid()}@${m.uuid()}/IncomingWebhook/${m.hex(32)}/${m.uuid()}`,
  "alibaba key id": (m) => `LTAI${m.word(20)}`,
  "sourcegraph token": (m) => `sgp_${m.hex(16)}_${m.hex(40)}`,
  "duffel token": (m) => `duffel_live_${m.slug(43)}`,
  "yandex iam token": (m) => `t1.${m.slug(60)}.${m.slug(86)}`,
  "sha512-crypt password hash": (m) => `$6$${m.word(16)}$${m.of("./abcXYZ0189", 86)}`,
  "bcrypt password hash": (m) => `$2b$12$${m.word(53)}`,
};

/** What is around them tells. The secret is what stands in the place of @@. */
const TOLD: { [kind: string]: [text: string, make: Make] } = {
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
  const told = Object.entries(TOLD).map(([kind, [text, make]], i): Planted => {
    const secret = make(new MadeUp(1000 + i));
    return { kind, secrets: [secret], text: text.replace("@@", () => secret) };
  });
  return [...formed, ...told, ...blocks(new MadeUp(2000))];
}
