/** Secrets identified by a file format or a header. */
import { isSettingsWord } from "./chosen.ts";
import { looksLikePassword } from "./entropy.ts";
import { isPair } from "./finding.ts";
import { isAny, isToken, LINE, type Setting } from "./settings.ts";

/** The form identifies it; only example values are excluded. */
const isChosen = (value: string): boolean =>
  isSettingsWord(value) || looksLikePassword(value, "quoted");

const GAP = String.raw`\s{1,16}(?:\d{1,6}[→\t|│:]\s{0,8})?`;

export const FILES: Setting[] = [
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
    words: ["token:", "--token"],
    form: /(?<![\w-])(?:token:|--token)[ \t]{1,8}["']?([a-z0-9]{6}\.[a-z0-9]{16})(?!\w)/g,
    isSecret: isAny,
  },
  {
    kind: "password", // .pgpass
    words: [":5432:", ":5433:", ":6432:", ":*:"],
    form: new RegExp(
      String.raw`${LINE}[\w.*-]{1,255}:(?:\d{2,5}|\*):[\w*-]{1,63}:[\w*-]{1,63}:([^\s\0:]{4,256})$`,
      "gm",
    ),
    isSecret: isChosen,
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
    form: /(?<!\w)(?:echo|printf)[ \t]{1,4}["']?[\w.-]{1,64}:([^\s\0"'|]{4,128})["']?[ \t]{0,4}\|[ \t]{0,4}(?:sudo[ \t]{1,4})?chpasswd/g,
    isSecret: isAny,
  },
  {
    kind: "password", // SQL
    words: ["identified ", "with password"],
    form: /(?<!\w)(?:identified[ \t]{1,4}(?:with[ \t]{1,4}\w{1,40}[ \t]{1,4})?by|with[ \t]{1,4}password)[ \t]{1,4}(?:["'])([^"'\s\0]{4,128})(?=["'])/gi,
    // In small letters, it may be a sentence.
    isSecret: (value, { 0: all }) =>
      /BY|PASSWORD/.test(all) ? isChosen(value) : looksLikePassword(value, "quoted"),
  },
  {
    kind: "password", // wpa_supplicant.conf
    words: ["psk="],
    form: /(?<![\w-])psk="([^"\s\0]{8,63})"/g,
    isSecret: isChosen,
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
