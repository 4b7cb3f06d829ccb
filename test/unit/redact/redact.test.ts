/** Secrets are found in whatever they stand in, replaced alike everywhere, and nothing else is. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { entropy, looksLikePassword, looksLikeToken } from "../../../src/redact/entropy.ts";
import { Redactor } from "../../../src/redact/redactor.ts";
import { learnJson, redactJson } from "../../../src/redact/values.ts";
import "../../support/seed.ts";

// Put together here, so that no scanner finds a secret in this file.
const RANDOM =
  "k7Qw2Zx9Lm4Vb8Nc3Rt6Yp1Hs5Jd0Gf7Ka2Wq9Ze4Xu8Ci3Ov6Bn1My5Tl0Pr7Eh2Ds9Fa4Gj8Ik3Lo6Uw1Nq5Vz0";
const rnd = (length: number, from = 0) => RANDOM.repeat(2).slice(from, from + length);
const HEX = "9f3c7a1e5b8d2046c0e4a9b7d1f35826";
const GITHUB = `ghp_${rnd(36)}`;

/** One of each provider's: kind, secret, what stands around it. */
const FORMED: [kind: string, secret: string, before?: string][] = [
  ["aws-access-key-id", `AKIA${"Q7ZXW2LMV8NC3RT6"}`],
  ["aws-secret-access-key", `${rnd(20)}/${rnd(19, 30)}`, "AWS_SECRET_ACCESS_KEY="],
  ["npm-access-token", `npm_${rnd(36)}`],
  ["slack-token", `xoxb-${"123456789012"}-${rnd(24)}`],
  ["slack-incoming-webhook", `https://hooks.slack.com/services/T${rnd(8)}/B${rnd(8)}/${rnd(24)}`],
  ["sendgrid-key", `SG.${rnd(22)}.${rnd(43, 10)}`],
  ["shopify-key", `shpat_${rnd(32)}`],
  ["stripe-secret-key-live", `sk_live_${rnd(24)}`],
  ["github-token", GITHUB],
  ["github-token", `github_pat_${rnd(82)}`],
  ["gitlab-personal-access-token", `glpat-${rnd(20)}`],
  ["grafana-service-account-token", `glsa_${rnd(32)}_${HEX.slice(0, 8)}`],
  ["openai-token", `sk-proj-${rnd(58)}T3BlbkFJ${rnd(58, 20)}`],
  ["anthropic-api-key", `sk-ant-api03-${rnd(93)}AA`],
  ["groq-api-key", `gsk_${rnd(52)}`],
  ["huggingface-user-access-token", `hf_${"abcdefGHIJKLmnopqrSTUVWXyzabcdefGH"}`],
  ["linear-api-token", `lin_api_${rnd(40)}`],
  ["notion-integration-token", `ntn_${"12345678901"}${rnd(35)}`],
  ["docker-personal-access-token", `dckr_pat_${rnd(27)}`],
  ["figma-personal-access-token", `figd_${rnd(40)}`],
  ["cloudflare-user-api-token", `cfut_${rnd(40)}${HEX.slice(0, 8)}`],
  ["tailscale-auth-key", `tskey-auth-${rnd(12)}-${rnd(32)}`],
  ["jwt", `eyJ${rnd(20)}.eyJ${rnd(40)}.${rnd(43, 7)}`],
  ["google-api-key", `AIza${rnd(35)}`],
  ["xai-api-key", `xai-${rnd(80)}`],
  ["api-key", `sk-or-v1-${HEX}${HEX}`],
  ["api-key", `sk-ant-oat01-${rnd(80)}`],
  ["age-key", `AGE-SECRET-KEY-1${"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"}`],
];

const PASSWORD = `hunter2${"hunter2"}`;
const TOKEN = rnd(24);

/** What only its surroundings tell of: kind, secret, and a text that has it in the place of @@. */
const TOLD: [kind: string, secret: string, text: string][] = [
  ["password", PASSWORD, "password=@@"],
  ["password", PASSWORD, "password: @@"],
  ["password", PASSWORD, "The password: @@. Keep it."],
  ["password", PASSWORD, '{"user":"bob","password":"@@","n":1}'],
  ["password", PASSWORD, String.raw`"{\"user\":\"bob\",\"password\":\"@@\",\"n\":1}"`],
  ["password", PASSWORD, String.raw`DB_PASSWORD=@@\nNEXT=1`],
  ["password", PASSWORD, "Server=db;User Id=sa;Password=@@;Encrypt=true"],
  ["password", PASSWORD, "mysql --password @@ shop"],
  ["password", PASSWORD, "<server><password>@@</password></server>"],
  ["password", PASSWORD, "const password: string = '@@';"],
  ["password", `Tr0ub4dor&${"3"}`, '"passphrase": "@@"'],
  ["password", "qwmzlxkfjgpwoeir", "SMTP_PASS=@@"],
  ["api-key", TOKEN, "export API_KEY=@@"],
  ["api-key", TOKEN, "STRIPE_API_KEY=@@\r\nNEXT=1\r\n"],
  ["api-key", TOKEN, "X-Api-Key: @@"],
  ["api-key", TOKEN, 'os.environ["API_KEY"] = "@@"'],
  ["api-key", TOKEN, 'setenv("API_KEY", "@@")'],
  ["api-key", HEX, "api_key: @@"],
  ["token", TOKEN, '"token": "@@"'],
  ["token", TOKEN, "'accessToken' => '@@'"],
  ["token", TOKEN, "//registry.npmjs.org/:_authToken=@@"],
  ["token", TOKEN, "https://example.org/?token=@@&page=2"],
  ["token", TOKEN, "deploy --auth-token @@ now"],
  ["token", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "DEPLOY_TOKEN=@@"],
  ["token", `${TOKEN}${RANDOM.repeat(20)}`, "TOKEN=@@ rest"],
  ["secret", TOKEN, "| client_secret: @@ |"],
  ["token", TOKEN, "--from-literal secret=token=@@"],
  ["api-key", TOKEN, "AccountKey=@@;EndpointSuffix=core.windows.net"],
  ["authorization", TOKEN, "Authorization: Bearer @@"],
  ["authorization", TOKEN, `curl -H "Authorization: token @@" https://example.org`],
  ["authorization", Buffer.from(`bob:${PASSWORD}`).toString("base64"), "authorization: Basic @@"],
  ["authorization", TOKEN, '{"headers":{"Authorization":"Bearer @@"}}'],
  ["url-password", "s3cr3tPw", "postgres://bob:@@@db.internal:5432/shop"],
  ["url-password", "s3c@r3tPw", "redis://:@@@cache:6379"],
  ["url-password", "s3cr3tPw", "amqp+ssl://bob:@@@[::1]/x"],
];

const key = (lines: number, seed = 0, eol = "\n", begin = "RSA PRIVATE KEY") =>
  [
    `-----BEGIN ${begin}-----`,
    ...Array.from({ length: lines }, (_, i) => `MII${rnd(61, (seed + i) % 30)}`),
    `-----END ${begin}-----`,
  ].join(eol);

async function redact(...texts: string[]): Promise<string[]> {
  return await new Redactor().redactAll(texts);
}

async function one(text: string): Promise<string> {
  const [out = ""] = await redact(text);
  return out;
}

describe("a secret", () => {
  it("is found by its form, whatever stands around it", async () => {
    for (const [kind, secret, before = ""] of FORMED) {
      const label = `[secret:${kind}-1]`;
      for (const [open, close] of [
        ["", ""],
        [" ", "\r\n"],
        ['"', '"'],
        ["`", "`"],
        ["(", ")"],
        ["é ", " ü😀"],
      ] as const) {
        const text = `${open}${before}${secret}${close}`;
        assert.equal(await one(text), `${open}${before}${label}${close}`, kind);
      }
    }
  });

  it("is found by what it stands beside", async () => {
    for (const [kind, secret, text] of TOLD) {
      const expected = text.replace("@@", `[secret:${kind}-1]`);
      assert.equal(await one(text.replace("@@", () => secret)), expected, text);
    }
  });

  it("is found after the escapes of JSON and in colours, whole or in part", async () => {
    const label = "[secret:github-token-1]";
    for (const [text, expected] of [
      [String.raw`"a\n${GITHUB}\n"`, String.raw`"a\n${label}\n"`],
      [
        String.raw`C:\ntn_${"12345678901"}${rnd(35)}`,
        String.raw`C:\[secret:notion-integration-token-1]`,
      ],
      [String.raw`"\\\"${GITHUB}\\\""`, String.raw`"\\\"${label}\\\""`],
      [`\u001b[32m${GITHUB}\u001b[0m`, `\u001b[32m${label}\u001b[0m`],
      [String.raw`\u001b[1;32m${GITHUB}\u001b[0m`, String.raw`\u001b[1;32m${label}\u001b[0m`],
      [`\u001b[31mghp_\u001b[0m${GITHUB.slice(4)}.`, `\u001b[31m${label}.`],
      [`\ufeff😀${GITHUB}😀`, `\ufeff😀${label}😀`],
    ] as const) {
      assert.equal(await one(text), expected);
    }
    assert.equal(
      await one(`TOKEN=\u001b[33m${TOKEN}\u001b[0m`),
      "TOKEN=\u001b[33m[secret:token-1]\u001b[0m",
    );
  });

  it("is found in a line of megabytes", async () => {
    const long = "lorem ipsum ".repeat(200_000);
    assert.equal(await one(`${long}${GITHUB} ${long}`), `${long}[secret:github-token-1] ${long}`);
  });
});

describe("a private key", () => {
  it("goes as a whole, in every form by the same name", async () => {
    const plain = key(20);
    const shapes = [
      plain,
      key(20, 0, "\r\n"),
      key(20, 0, String.raw`\n`),
      key(20, 0, String.raw`\\n`),
      plain
        .split("\n")
        .map((line) => `    ${line}`)
        .join("\n"),
      plain
        .split("\n")
        .map((line) => `+${line}`)
        .join("\n")
        .slice(1),
      plain
        .split("\n")
        .map((line, i) => `${String(i + 1).padStart(6)}→${line}`)
        .join("\n")
        .trim()
        .slice(2),
    ];
    for (const out of await redact(...shapes.slice(0, 5), shapes[6] ?? "")) {
      assert.equal(out.trim(), "[secret:private-key-1]");
    }
    assert.match(await one(shapes[5] ?? ""), /^\[secret:private-key-1\]$/);
    assert.equal(
      await one(`a ${plain} b ${key(20, 1)} c`),
      "a [secret:private-key-1] b [secret:private-key-2] c",
    );
  });

  it("of any kind, and one that was cut off", async () => {
    for (const kind of [
      "PRIVATE KEY",
      "EC PRIVATE KEY",
      "OPENSSH PRIVATE KEY",
      "ENCRYPTED PRIVATE KEY",
    ]) {
      assert.equal(await one(key(4, 0, "\n", kind)), "[secret:private-key-1]");
    }
    const cut = key(9).replace(/-----END.*/, "");
    assert.equal(await one(`${cut}\n(cut)`), "[secret:private-key-1]\n\n(cut)");
    const pgp = key(9, 3, "\n", "PGP PRIVATE KEY BLOCK").replace(
      "-----\n",
      "-----\nVersion: 1\n\n",
    );
    assert.equal(await one(pgp), "[secret:private-key-1]");
  });

  it("not where it is only spoken of", async () => {
    for (const text of [
      "-----BEGIN PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
      key(20, 0, "\n", "PUBLIC KEY"),
      key(20, 0, "\n", "CERTIFICATE"),
    ]) {
      assert.equal(await one(text), text);
    }
  });
});

describe("placeholders", () => {
  it("are the same for the same secret in all texts, and numbered as they come up", async () => {
    const other = `ghp_${rnd(36, 5)}`;
    const redactor = new Redactor();
    const first = await redactor.redactAll([`${GITHUB} ${other}`, `${other}`, "nothing"]);
    assert.deepEqual(first, [
      "[secret:github-token-1] [secret:github-token-2]",
      "[secret:github-token-2]",
      "nothing",
    ]);
    assert.deepEqual(await redactor.redactAll([other, `password=${PASSWORD}`]), [
      "[secret:github-token-2]",
      "password=[secret:password-1]",
    ]);
    assert.deepEqual(
      [...redactor.found],
      [
        ["github-token", 2],
        ["password", 1],
      ],
    );
    assert.equal(redactor.replaced, 5);
  });

  it("stand also where nothing tells of a secret that is long enough", async () => {
    assert.deepEqual(await redact(`say ${PASSWORD}!`, `password=${PASSWORD}`, `x${PASSWORD}x`), [
      "say [secret:password-1]!",
      "password=[secret:password-1]",
      "x[secret:password-1]x",
    ]);
    const short = `hunter2${"x"}`;
    assert.deepEqual(await redact(`say ${short}`, `password=${short}`), [
      `say ${short}`,
      "password=[secret:password-1]",
    ]);
    const word = ["butterfly", "net"].join("");
    assert.deepEqual(await redact(`say ${word}`, `DB_PASSWORD=${word}`), [
      `say ${word}`,
      "DB_PASSWORD=[secret:password-1]",
    ]);
    const redactor = new Redactor();
    await redactor.learn([`password=${PASSWORD}`]);
    assert.equal(redactor.found.size, 0);
    assert.deepEqual(await redactor.redactAll([`say ${PASSWORD}`]), ["say [secret:password-1]"]);
  });

  it("of before are left as they are, and their numbers not given again", async () => {
    const text = `[secret:github-token-1] password=[secret:password-1] u://a:[secret:url-password-1]@h ${GITHUB}`;
    assert.equal(await one(text), text.replace(GITHUB, "[secret:github-token-2]"));
  });

  it("do not hide what comes to light once they stand there", async () => {
    const next = `ghp_${rnd(36, 3)}`;
    const out = await one(`AKIA${"Q7ZXW2LMV8NC3RT6"}-${GITHUB}é${next} TOKEN=${GITHUB};${TOKEN}`);
    assert.equal(out.includes(GITHUB), false);
    assert.match(out, /TOKEN=\[secret:github-token-1\];/);
  });

  it("come of no comment: a session cannot switch the rules off", async () => {
    const out = await one(`// secretlint-disable\n${GITHUB} // secretlint-disable-line`);
    assert.match(out, /\[secret:github-token-1\]/);
  });
});

describe("no secret", () => {
  const SHA = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
  const TEXTS = [
    `commit ${SHA}`,
    `git checkout ${SHA.slice(0, 12)}`,
    '"id": "1b4e28ba-2fa1-11d2-883f-0016d3cca427"',
    '"token": "1b4e28ba-2fa1-11d2-883f-0016d3cca427"',
    `"resolved": "https://registry.npmjs.org/x/-/x-1.0.0.tgz", "integrity": "sha512-${rnd(86)}=="`,
    `"checksum" = "${HEX}${HEX}"`,
    `docker://alpine:3.18.2@sha256:${HEX}${HEX}`,
    `hash: md5-${HEX}`,
    "TOKEN_FILE=/run/secrets/api_token_1",
    "PASSWORD=/run/secrets/db1",
    "PWD=/home/Bob1/Projects2",
    "token: ./config/token-v2.json",
    "password: string; token?: string | undefined",
    "const password = process.env.DB_PASSWORD_2;",
    "token = getToken2(request.headers[0])",
    "password=settings.DATABASE1.password",
    "const token = parser.nextToken2;",
    "token = parseOptionalToken(58 /* QuestionToken */)",
    "const keyword = 127; max_tokens: 4096, tokens: 123456",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as shells have it
    "API_KEY=${API_KEY_1} TOKEN=$TOKEN_1 PASSWORD=$(cat pass1)",
    "api_key: {{ secrets.API_KEY_1 }} password: <your-password-1>",
    "password=********1 token=xxxxxxxxxxxx1 api_key=...1234567890",
    '"password": "Enter your password (8+ characters)"',
    '"password": "reset-password-2"',
    '"nextPageToken": "CAUQAA7Qw2Zx9Lm4Vb8Nc3"',
    "pass: test/unit/redact2.test.ts",
    "✔ pass: 12 tests, token: 1234567890123",
    "http://localhost:3000/@scope/pkg?x=a@b.c",
    "https://host:443?mail=a@b.c https://bob@example.org git@github.com:a/b.git",
    "postgres://postgres:postgres@localhost/x mysql://root:password@db/x",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as shells have it
    "https://user:${PASSWORD}@host https://user:<password>@host",
    "the bearer of this message, Bearer authentication-scheme-2",
    "Authorization: Bearer <token> and Authorization: Basic required",
    ".sk-folding-cube-loader-2 .sk-spinner-double-bounce1",
    "AKIAIOSFODNN7EXAMPLE",
    '"childSessionKey": "agent:main:subagent:c1691a6f-ab92-4dd8-b85d-617ba94fa55a"',
    `data:image/png;base64,${rnd(90)}`,
  ];

  it("is replaced in ordinary texts", async () => {
    const out = await redact(...TEXTS);
    for (const [i, text] of TEXTS.entries()) assert.equal(out[i], text);
  });

  it("is in the fixtures and in the documents", async () => {
    const root = join(import.meta.dirname, "../../..");
    const names = ["test/fixtures/**/*", "docs/**/*.md", "src/**/*.ts", "package-lock.json"];
    const files = globSync(names, { cwd: root, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    assert.ok(files.length > 200);
    const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
    const redactor = new Redactor();
    const out = await redactor.redactAll(texts);
    assert.deepEqual([...redactor.found], []);
    assert.deepEqual(out, texts);
  });
});

describe("entropy", () => {
  it("is counted in bits a character", () => {
    assert.equal(entropy(""), 0);
    assert.equal(entropy("aaaa"), 0);
    assert.equal(entropy("abab"), 1);
    assert.equal(entropy("0123456789abcdef"), 4);
    assert.ok(Math.abs(entropy(PASSWORD) - Math.log2(7)) < 0.5);
  });

  it("has thresholds, each met and missed", () => {
    assert.equal(looksLikeToken(rnd(12), "bare"), true);
    assert.equal(looksLikeToken(rnd(11), "bare"), false, "11 characters come to 3.46 bits");
    assert.equal(looksLikeToken("aB1aB1aB1aB1aB1aB1", "quoted"), false);
    assert.equal(looksLikeToken(HEX.slice(0, 16), "bare"), true);
    assert.equal(looksLikeToken(HEX.slice(0, 15), "bare"), false);
    assert.equal(looksLikeToken("a0a0a0a0a0a0a0a0", "quoted"), false);
    assert.equal(looksLikePassword("hunter2x", "set"), true);
    assert.equal(looksLikePassword("hunter2", "quoted"), false);
    assert.equal(looksLikePassword("aaaaaaa1", "quoted"), false);
    assert.equal(looksLikePassword("qwmzlxkfjgpwoeir", "bare"), false);
    assert.equal(looksLikePassword("qwmzlxkfjgpwoei", "set"), false);
  });
});

describe("whatever the text", () => {
  const secrets = FORMED.filter(([, , before]) => before === undefined);
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ maxLength: 60 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(...FORMED.map(([, secret]) => secret)),
          fc.constantFrom(...TOLD.map(([, secret, around]) => around.replace("@@", secret))),
          fc.constantFrom(
            "\n",
            " ",
            '"',
            "\\n",
            "\\",
            "\u001b[31m",
            "[secret:a-1]",
            "=",
            ":",
            "@",
            key(3),
          ),
          fc.string({ maxLength: 6 }),
        ),
        { maxLength: 6 },
      )
      .map((pieces) => pieces.join("")),
  );

  it("redacting what is redacted changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), async (texts) => {
        const out = await redact(...texts);
        assert.deepEqual(await redact(...out), out);
      }),
      { numRuns: 100 },
    );
  });

  it("what is not replaced is as it was, and in its place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), async (texts) => {
        const out = await redact(...texts);
        for (const [i, before] of texts.entries()) {
          const after = out[i] ?? "";
          const [first = "", ...rest] = after.split(/\[secret:[a-z0-9-]+-\d+\]/);
          assert.ok(before.startsWith(first));
          let at = first.length;
          for (const piece of rest) {
            const found = before.indexOf(piece, at);
            assert.ok(found >= 0);
            at = found + piece.length;
          }
          assert.ok(before.endsWith(rest.at(-1) ?? first));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("a secret between spaces or quotes is found", async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.constantFrom(...secrets),
        fc.constantFrom(" ", "\n", '"', "'", "\t", "\r\n"),
        async (before, after, [, secret], around) => {
          const out = await one(before + around + secret + around + after);
          assert.equal(out.includes(secret), false);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("texts together come out as each would alone, but for the names", async () => {
    const plain = (out: string) => out.replace(/\[secret:[^\]]+\]/g, "[]");
    const some = fc.constantFrom<[string, string, string?]>(...TOLD, ...FORMED);
    await fc.assert(
      fc.asyncProperty(fc.array(some, { maxLength: 8 }), async (all) => {
        const texts = all.map(([, secret, around]) => (around ?? "@@").replace("@@", secret));
        const apart: string[] = [];
        for (const text of texts) apart.push(await one(text));
        assert.deepEqual((await redact(...texts)).map(plain), apart.map(plain));
      }),
    );
  });
});

describe("JSON", () => {
  const redactOne = async (value: object): Promise<object> => {
    const redactor = new Redactor();
    const [out = ""] = await redactJson(redactor, [JSON.stringify(value)]);
    return JSON.parse(out);
  };

  it("is searched text by text, each beside its name", async () => {
    assert.deepEqual(
      await redactOne({
        password: PASSWORD,
        accessToken: [TOKEN],
        nextPageToken: rnd(20, 30),
        [GITHUB]: `see ${GITHUB}`,
        n: 1,
        deep: [{ text: `say ${PASSWORD}`, no: null }],
      }),
      {
        password: "[secret:password-1]",
        accessToken: ["[secret:token-1]"],
        nextPageToken: rnd(20, 30),
        "[secret:github-token-1]": "see [secret:github-token-1]",
        n: 1,
        deep: [{ text: "say [secret:password-1]", no: null }],
      },
    );
  });

  it("has passwords that are ordinary words, and names beside their values", async () => {
    const word = ["butter", "fly"].join("");
    assert.deepEqual(
      await redactOne([
        { password: word, passphrase: `${word} 7 "${word}" x9`, note: word },
        { name: "DB_PASSWORD", value: word },
        { name: "colour", value: word },
        { password: "required", token: "string" },
      ]),
      [
        { password: "[secret:password-1]", passphrase: "[secret:password-2]", note: word },
        { name: "DB_PASSWORD", value: "[secret:password-1]" },
        { name: "colour", value: word },
        { password: "required", token: "string" },
      ],
    );
  });

  it("has files that are text, and pictures that are not looked into", async () => {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const binary = Buffer.from([0xff, 0xfe, 0, 1]).toString("base64");
    assert.deepEqual(
      await redactOne([
        { kind: "file", data: base64(`a ${GITHUB}`) },
        { kind: "file", data: `a ${GITHUB}` },
        { kind: "file", data: binary },
        { kind: "image", data: base64(GITHUB) },
        { kind: "event", event: "carry", data: base64(GITHUB) },
      ]),
      [
        { kind: "file", data: base64("a [secret:github-token-1]") },
        { kind: "file", data: "a [secret:github-token-1]" },
        { kind: "file", data: binary },
        { kind: "image", data: base64(GITHUB) },
        { kind: "event", event: "carry", data: "" },
      ],
    );
  });

  it("that was read before tells of secrets in what comes later", async () => {
    const redactor = new Redactor();
    await learnJson(redactor, [JSON.stringify({ password: PASSWORD })]);
    assert.deepEqual(await redactJson(redactor, [JSON.stringify([PASSWORD])]), [
      '["[secret:password-1]"]',
    ]);
  });

  it("keeps a member named __proto__", async () => {
    const redactor = new Redactor();
    const text = '{"__proto__":{"token":"x"}}';
    assert.deepEqual(await redactJson(redactor, [text]), [text]);
  });
});
