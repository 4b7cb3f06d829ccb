/** Secrets where a format of files, or a header, says that they are some. */
import { isStandIn, looksLikePassword, looksLikeToken } from "./entropy.ts";
import { type Finding, finding, isPair } from "./finding.ts";
import { type Sought, WordFinder } from "./words.ts";

interface Setting extends Pick<Sought, "words"> {
  kind: string;
  /** Its one group, at the end of the match but for quotes, is the value. */
  form: RegExp;
  isSecret: (value: string) => boolean;
}

const isAny = (value: string): boolean => !isStandIn(value) && !/^[$%<[{(]/.test(value);
const isToken = (value: string): boolean => looksLikeToken(value, "quoted");

/** A private key in base64 is the longest. */
const REACH = 17_000;

/** How a line begins that a tool has numbered, or a diff marked. */
const LINE = String.raw`(?:^[+ -]?(?:[ \t]{0,8}\d{1,6}(?:→|\t|[|│:]))?)`;
const GAP = String.raw`\s{1,16}(?:\d{1,6}[→\t|│:]\s{0,8})?`;

const SETTINGS: Setting[] = [
  {
    kind: "password", // .netrc
    words: ["login"],
    form: new RegExp(
      String.raw`(?<![\w-])(?:machine[ \t]{1,8}[^\s\0]{1,255}|default)${GAP}login${GAP}[^\s\0]{1,255}${GAP}password${GAP}([^\s\0"']{4,512})(?=\s{0,16}$|\s{1,16}(?:machine|default|account|macdef)\b)`,
      "gm",
    ),
    isSecret: isAny,
  },
  {
    kind: "registry-auth", // Docker's config.json
    words: ["auth"],
    form: /(?<![\w-])_?auth["']{0,2}[ \t]{0,8}[:=][ \t]{0,8}["']?([A-Za-z0-9+/]{8,2048}={0,2})/g,
    isSecret: (value) => isPair(value) || (value.length >= 20 && isToken(value)),
  },
  {
    kind: "private-key-base64", // kubeconfig
    words: ["client-key-data"],
    form: /client-key-data["']?[ \t]{0,8}:[ \t]{0,8}["']?([A-Za-z0-9+/=]{40,16384})/g,
    isSecret: isAny,
  },
  {
    kind: "token", // kubeconfig and kubeadm
    words: ["token:"],
    form: /(?<![\w-])token:[ \t]{1,8}["']?([a-z0-9]{6}\.[a-z0-9]{16})(?!\w)/g,
    isSecret: isAny,
  },
  {
    kind: "password", // .pgpass
    words: [":5432:", ":5433:", ":6432:", ":*:"],
    form: new RegExp(
      String.raw`${LINE}[\w.*-]{1,255}:(?:\d{2,5}|\*):[\w*-]{1,63}:[\w*-]{1,63}:([^\s\0:]{4,256})$`,
      "gm",
    ),
    isSecret: (value) => looksLikePassword(value, "quoted"),
  },
  {
    kind: "password", // NuGet.Config
    words: ["<add"],
    form: /<add[ \t]{1,8}key="(?:ClearText)?Password"[ \t]{1,8}value="([^"\n\0]{8,512})"/gi,
    isSecret: isAny,
  },
  {
    kind: "password-hash", // .htpasswd
    words: ["{sha}"],
    form: /(?<=[\w.@-]):\{SHA\}([A-Za-z0-9+/]{27}=)/g,
    isSecret: isAny,
  },
  {
    kind: "password",
    words: ["sudo"],
    form: /(?<!\w)echo[ \t]{1,4}["']?([^\s\0"'|]{4,128})["']?[ \t]{0,4}\|[ \t]{0,4}sudo[ \t]{1,4}-S/g,
    isSecret: isAny,
  },
  {
    kind: "password",
    words: ["chpasswd"],
    form: /(?<!\w)echo[ \t]{1,4}["']?[\w.-]{1,64}:([^\s\0"'|]{4,128})["']?[ \t]{0,4}\|[ \t]{0,4}(?:sudo[ \t]{1,4})?chpasswd/g,
    isSecret: isAny,
  },
  {
    kind: "password", // SQL
    words: ["identified by", "with password"],
    form: /(?<!\w)(?:identified[ \t]{1,4}by|with[ \t]{1,4}password)[ \t]{1,4}'([^'\s\0]{8,128})'/gi,
    isSecret: (value) => looksLikePassword(value, "quoted"),
  },
  {
    kind: "password", // wpa_supplicant.conf
    words: ["psk="],
    form: /(?<![\w-])psk="([^"\s\0]{8,63})"/g,
    isSecret: (value) => looksLikePassword(value, "quoted"),
  },
  {
    kind: "otp-secret",
    words: ["otpauth:"],
    form: /otpauth:\/\/[^\s\0"'`<>]{1,300}[?&]secret=([A-Za-z2-7]{16,256})/g,
    isSecret: isAny,
  },
  {
    kind: "authorization",
    words: ["ssws"],
    form: /(?<!\w)SSWS[ \t]{1,4}([\w-]{30,80})/g,
    isSecret: isToken,
  },
  {
    kind: "authorization",
    words: ["token="],
    form: /(?<!\w)Token[ \t]{1,4}token=["']?([\w+/=-]{16,128})/g,
    isSecret: isToken,
  },
];

const FINDER = new WordFinder(SETTINGS.map((setting) => ({ ...setting, reach: REACH })));

export function* settings(text: string): Generator<Finding> {
  for (const [{ kind, form, isSecret }, ranges] of FINDER.stretches(text)) {
    for (const { start, end } of ranges) {
      for (const { index, 0: all, 1: value = "" } of text.slice(start, end).matchAll(form)) {
        if (isSecret(value)) yield finding(kind, start + index + all.lastIndexOf(value), value);
      }
    }
  }
  yield* cookies(text);
  yield* manifests(text);
  yield* puttyKeys(text);
}

/** Headers, options of curl, members of JSON. */
const COOKIES =
  /(?<![\w-])(?:(?:set-)?cookie2?["']?[ \t]{0,8}[:,][ \t[]{0,8}["']?|curl(?=[ \t])[^\n\0]{0,300}?[ \t](?:-b|--cookie)(?:=|[ \t]{1,8})["']?)([^\n\r\0"'`]{4,8192})/gi;
const COOKIE = /(?<=^|;[ \t]{0,8})([\w.%-]{1,128})=([^\s;,]{8,4096})/g;
/** Not of the cookie, but of how long it is kept. */
const ATTRIBUTE = /^(?:expires|path|domain|max-age|samesite|priority)$/i;
/** What counts visitors names nobody. */
const COUNTING = /^(?:_ga|_gid|_gat|_gcl|_fbp|_utm|__utm|ajs_)/i;

/** What a session or a login goes by. */
const OF_SESSION = /sess|sid$|auth|token|jwt|[cx]srf|remember|login/i;

function* cookies(text: string): Generator<Finding> {
  for (const { index, 0: all, 1: line = "" } of text.matchAll(COOKIES)) {
    const from = index + all.length - line.length;
    for (const { index: at, 0: pair, 1: name = "", 2: value = "" } of line.matchAll(COOKIE)) {
      if (ATTRIBUTE.test(name) || COUNTING.test(name) || !isCookie(name, value)) continue;
      yield finding("cookie", from + at + pair.length - value.length, value);
    }
  }
}

function isCookie(name: string, value: string): boolean {
  return isToken(value) || (OF_SESSION.test(name) && looksLikePassword(value, "quoted"));
}

const SECRET_KIND = /(?<=^|[ \t→|│])kind:[ \t]{1,8}["']?Secret["']?(?=\s)/gm;
const DATA = new RegExp(
  String.raw`${LINE}([ \t]{0,8})(?:data|stringData):[ \t]{0,8}\n((?:${LINE}\1[ \t]{1,8}[^\n\0]{0,8192}(?:\n|$)){1,200})`,
  "gm",
);
const MEMBER = new RegExp(
  String.raw`${LINE}[ \t]{1,16}[\w.-]{1,253}:[ \t]{1,8}["']?([^\s\0"']{4,8192})`,
  "gm",
);
const LONGEST = 20_000;

/** Values of a Kubernetes Secret. What is an ordinary word in clear is left: names of users, of stages. */
function* manifests(text: string): Generator<Finding> {
  let done = 0;
  for (const { index } of text.matchAll(SECRET_KIND)) {
    if (index < done) continue;
    const [above = ""] = text
      .slice(Math.max(done, index - LONGEST), index)
      .split(/^---$|\0/m)
      .slice(-1);
    const [below = ""] = text.slice(index, index + LONGEST).split(/^---$|\0/m, 1);
    const start = index - above.length;
    done = index + below.length;
    for (const block of (above + below).matchAll(DATA)) {
      for (const { index: at, 0: all, 1: value = "" } of (block[2] ?? "").matchAll(MEMBER)) {
        const base = start + block.index + block[0].length - (block[2] ?? "").length;
        if (isManifestValue(value)) {
          yield finding("secret", base + at + all.length - value.length, value);
        }
      }
    }
  }
}

function isManifestValue(value: string): boolean {
  const bytes = Buffer.from(value, "base64");
  const isBase64 = bytes.toString("base64") === value;
  const plain = isBase64 ? bytes.toString("latin1") : value;
  return isAny(plain) && !/^[a-z]*$/i.test(plain);
}

/** The private half; what is beside it is public, and says what key it was. */
const PUTTY = /Private-Lines:[ \t]{0,4}\d{1,4}[ \t\r]{0,2}\n/g;

function* puttyKeys(text: string): Generator<Finding> {
  let done = 0;
  for (const { index, 0: head } of text.matchAll(PUTTY)) {
    const start = index + head.length;
    if (start < done) continue;
    const [lines = ""] = text.slice(start, start + LONGEST).split(/\n[^\n]{0,16}Private-MAC|\0/, 1);
    const body = (lines.match(/[A-Za-z0-9+/=]{16,}/g) ?? []).join("");
    done = start + lines.length;
    if (body.length < 40) continue;
    yield { kind: "private-key", start, end: done, identity: `key ${body}`, exact: true };
  }
}
