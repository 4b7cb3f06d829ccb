/**
 * How many kinds of secrets are found, and how much that is none; printed by
 * `node --test test/unit/redact/redact-corpus.test.ts`.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Redactor } from "../../../src/redact/redactor.ts";
import { lookalikes } from "../../support/lookalikes.ts";
import { inTurn } from "../../support/partners.ts";
import { inEveryText, planted } from "../../support/secrets.ts";

async function redacted(text: string): Promise<string> {
  const [out = ""] = await new Redactor().redactAll([text]);
  return out;
}

describe("made-up secrets", () => {
  it("are all found, one of each kind", async (t) => {
    const all = planted();
    const missed: string[] = [];
    for (const { kind, secrets, text } of all) {
      const out = await redacted(text);
      if (secrets.some((secret) => out.includes(secret))) missed.push(kind);
    }
    t.diagnostic(`recall: ${all.length - missed.length} of ${all.length} kinds`);
    assert.deepEqual(missed, []);
  });

  it("are found by their form in whatever they stand", async () => {
    for (const { secrets, text } of inEveryText()) {
      const out = await redacted(text);
      assert.ok(!secrets.some((secret) => out.includes(secret)), text);
    }
  });
});

describe("passwords in SQL, of Wi-Fi and for chpasswd", () => {
  for (const form of [
    "echo 'root:@' | chpasswd",
    "ALTER USER a WITH PASSWORD '@';",
    "CREATE USER a IDENTIFIED BY '@';",
    'psk="@"',
  ]) {
    it(form, async () => {
      assert.ok(!(await redacted(form.replace("@", "vQ7-mz4!Tk9"))).includes("vQ7-mz4!Tk9"));
      assert.equal(
        await redacted(form.replace("@", "your-password")),
        form.replace("@", "your-password"),
      );
    });
  }
});

describe("harmless lookalikes", () => {
  it("are left as they are", async (t) => {
    const all = lookalikes();
    const wrong: string[] = [];
    for (const text of all) {
      const out = await redacted(text);
      if (out !== text) wrong.push(`${text} → ${out}`);
    }
    t.diagnostic(`false positives: ${wrong.length} of ${all.length} texts`);
    assert.deepEqual(wrong, []);
  });
});

it("docs/reliability.md tells these figures", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/reliability.md"), "utf8");
  const [kinds, texts] = [planted().length, lookalikes().length];
  const said = `${kinds} of ${kinds} kinds found, none of ${texts} lookalikes taken for a secret`;
  assert.ok(text.includes(said), said);
});

/** Each would be slow if a rule tried every start to the end of the text. */
const HOSTILE = [
  "a",
  "aB3/",
  "sk-",
  "curl ",
  "curl -u a:",
  "mysql -p ",
  "machine a login b ",
  "Cookie: a=b;",
  " a=b;",
  "kind: Secret\ndata:\n",
  "data:\n  a: b\n",
  "LS0tLS1CRUdJTi",
  "$6$",
  "datadog=",
  "datadog ",
  "https://a:",
  "eyJ.",
  "MTIzNDU2Nzg5MDEyMzQ1Njc4.",
  "PuTTY-User-Key-File-3: Private-Lines: 4\n",
  "-----BEGIN PRIVATE KEY-----",
  "\\",
  "    ",
  "\n",
  "A_PASSWORD=",
  "PASSWORD='",
  'password="a ',
  "password: a\n",
  "user: a\npassword: b\n",
  "a.password=",
  "<password>",
  '<add key="password" ',
  '"name":"a","value":"b",',
  "name: a\n  value: b\n",
  '"kind":"Secret","data":{',
  "vault kv put a=",
  "token%3D",
  "%3A%2F%2Fa%3A",
  "echo a|",
  "htpasswd\na:",
  "$ANSIBLE_VAULT;1.1;AES256\n0123456789abcdef0123",
  "--password=",
  "ENV A b\n",
  "secret set ",
  "jwt.sign(a,",
  ":::",
  "user,password\n",
  "user,password,",
  "| user | password |\n|--|--|\n| a | b |\n",
  "|passwd",
  "|-",
  "mnemonic: abc def ",
  "mnemonic abc,",
  "seed ",
  'A_SECRET || "',
  'env("A_PASSWORD", "',
  "WiFi.begin(a,",
];

/** A quadratic search would take hundreds of times as long as prose does. */
const MOST = 60;
const LENGTH = 1_000_000;

describe("a text of a megabyte", () => {
  it("is searched about as fast as prose, whatever is in it", async (t) => {
    const root = join(import.meta.dirname, "../../..");
    const files = globSync(["src/**/*.ts", "docs/**/*.md"], { cwd: root });
    const once = files.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
    await cost(once.slice(0, LENGTH));
    const prose = await cost(once.repeat(Math.ceil(LENGTH / once.length)).slice(0, LENGTH));
    for (const unit of inTurn(HOSTILE, 3)) {
      const ratio = (await cost(unit.repeat(LENGTH / unit.length))) / prose;
      t.diagnostic(`${ratio.toFixed(1)} ×: ${JSON.stringify(unit).slice(0, 60)}`);
      assert.ok(ratio < MOST, `${unit}: ${ratio} ×`);
    }
  });
});

/** In processor's time, which a busy machine does not change much. */
async function cost(text: string): Promise<number> {
  const before = process.cpuUsage();
  await redacted(text);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
