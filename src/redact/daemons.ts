/** Passwords in the settings of servers and clients, each in its own form. */
import { isSettingsWord } from "./chosen.ts";
import { entropy, looksLikePassword, looksLikeToken } from "./entropy.ts";
import { isAny, isToken, LINE, QUOTED, type Setting } from "./settings.ts";

const REACH = 700;
const VALUE = String.raw`["']?([^\s\0"']{4,256})["']?`;
const END = String.raw`[ \t]{0,8}\r?$`;

const isChosen = (value: string): boolean =>
  isSettingsWord(value) || (isAny(value) && looksLikePassword(value, "quoted"));

/**
 * 13 characters, two of them the salt: an ordinary word of that length does not have all kinds of
 * characters.
 */
const isDesCrypt = (value: string): boolean =>
  /[a-z]/.test(value) && /[A-Z]/.test(value) && /[\d./]/.test(value) && entropy(value) >= 3;

/** A name at the start of a line, a space, the value. */
function line(names: string): RegExp {
  return new RegExp(String.raw`${LINE}[ \t]{0,40}(?:${names})[ \t]{1,16}${VALUE}(?=${END})`, "gim");
}

export const DAEMONS: Setting[] = [
  {
    kind: "password", // LDAP
    words: ["bindpw", "rootpw"],
    reach: REACH,
    form: line("bindpw|rootpw|rootbindpw"),
    isSecret: isChosen,
  },
  {
    kind: "password-hash", // LDAP
    words: ["{ssha", "{smd5}"],
    reach: REACH,
    form: /(?<=\{S(?:SHA(?:256|384|512)?|MD5)\})([A-Za-z0-9+/]{20,200}={0,2})/gi,
    isSecret: (value) => entropy(value) >= 3.5,
  },
  {
    kind: "password", // redis.conf
    words: ["requirepass", "masterauth"],
    reach: REACH,
    form: line("requirepass|masterauth"),
    isSecret: isChosen,
  },
  {
    kind: "password", // ACLs of Redis
    words: [" on >"],
    reach: REACH,
    form: /(?<=(?<!\w)user[ \t][\w.-]{1,60}[ \t]on[ \t]>)([^\s\0]{4,256})(?=[ \t][~+&%])/gi,
    isSecret: isAny,
  },
  {
    kind: "password", // redis-cli
    words: ["> auth "],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=\d> AUTH[ \t](?:[\w.-]{1,60}[ \t])?)([^\s\0"']{4,256})(?=${END})`,
      "gim",
    ),
    isSecret: isChosen,
  },
  {
    kind: "password", // msmtp, fetchmail
    words: ["password ", "passwd "],
    reach: REACH,
    before: 300,
    form: new RegExp(
      String.raw`${LINE}[ \t]{0,40}(?:user|username|login)[ \t]{1,16}[^\s\0]{1,200}[ \t]{0,8}\n${LINE}[ \t]{0,40}passw(?:or)?d[ \t]{1,16}${VALUE}(?=${END})`,
      "gm",
    ),
    isSecret: isChosen,
  },
  {
    kind: "password", // Postfix
    words: ["]:25", "]:465", "]:587"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=\]:(?:25|465|587)[ \t]{1,16}[^\s\0:]{1,200}:)([^\s\0]{4,256})(?=${END})`,
      "gm",
    ),
    isSecret: isChosen,
  },
  {
    kind: "password", // wpa_supplicant.conf, NetworkManager
    words: ["psk="],
    reach: REACH,
    form: new RegExp(String.raw`(?<![\w-])psk=${VALUE}(?=${END})`, "gm"),
    isSecret: (value) => isChosen(value) || /^[0-9a-f]{64}$/.test(value),
  },
  {
    kind: "password", // Cisco
    words: ["password 7 ", "key 7 "],
    reach: REACH,
    form: /(?<!\w)(?:password|key) 7 ([0-9A-F]{8,200})(?!\w)/g,
    isSecret: () => true,
  },
  {
    kind: "password", // Subversion
    words: ["\npassword\n"],
    reach: REACH,
    form: /(?<=^K 8\r?\npassword\r?\nV \d{1,4}\r?\n)([^\s\0]{4,512})$/gm,
    isSecret: () => true,
  },
  {
    kind: "password", // Ansible's inventories
    words: ["ansible_"],
    reach: REACH,
    form: /(?<!\w)ansible_\w{0,30}pass(?:word)?=["']?([^\s\0"']{4,256})/g,
    isSecret: isChosen,
  },
  {
    kind: "ansible-vault",
    words: ["$ansible_vault;"],
    reach: 17_000,
    form: /\$ANSIBLE_VAULT;\d\.\d;AES256(?:;[\w.-]{1,60})?\s{1,40}((?:[0-9a-f]{20,80}(?:\s{1,40}(?=[0-9a-f]{20}))?){1,200})/g,
    isSecret: () => true,
  },
  {
    kind: "api-key", // Rails
    words: ["master.key", "credentials/"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=(?:master|credentials\/\w{1,30})\.key[^\0\n]{0,40}\n${LINE})([0-9a-f]{32})(?=\s|$)`,
      "gm",
    ),
    isSecret: () => true,
  },
  {
    kind: "private-key", // OpenVPN
    words: ["openvpn static key"],
    reach: 4000,
    form: /-----BEGIN OpenVPN Static key V1-----\s{1,40}((?:[0-9a-f]{32}\s{1,40}){1,32})/g,
    isSecret: () => true,
  },
  {
    kind: "password-hash", // /etc/passwd, /etc/shadow, from before they had better ones
    words: [":/home", ":/root", ":/bin/", ":/var", ":99999:", ":::"],
    reach: 64,
    before: 200,
    form: new RegExp(
      String.raw`(?<=${LINE}[a-z_][\w.-]{0,31}:)([./A-Za-z0-9]{13})(?=:\d{1,10}:\d{1,10}:)`,
      "gm",
    ),
    isSecret: isDesCrypt,
  },
  {
    kind: "password-hash",
    words: ["htpasswd"],
    reach: 2000,
    form: /(?<=htpasswd[^\0]{0,1500}\n[^\0\n:]{0,12}[\w.@-]{1,64}:)([./A-Za-z0-9]{13})(?=\r?$)/gm,
    isSecret: isDesCrypt,
  },
  {
    kind: "password-hash", // Windows
    words: [":::"],
    reach: 64,
    before: 200,
    form: /(?<=:[0-9a-fA-F]{32}:)([0-9a-fA-F]{32})(?=:::)/g,
    isSecret: () => true,
  },
  {
    kind: "password", // Python's requests
    words: ["auth"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<!\w)auth[ \t]{0,4}=[ \t]{0,4}(?:\w{1,20}Auth)?\([ \t]{0,4}["'][^"'\n\0]{1,100}["'],[ \t]{0,4}${QUOTED}[ \t]{0,4}\)`,
      "g",
    ),
    isSecret: isChosen,
  },
  {
    kind: "password",
    words: ["btoa(", "buffer.from(", "b64encode("],
    reach: REACH,
    form: /(?:btoa|Buffer\.from|b64encode)\([ \t]{0,4}b?["'`][\w.@+-]{1,100}:([^"'`\n\0${}]{4,200})(?=["'`])/g,
    isSecret: isChosen,
  },
  {
    kind: "secret",
    words: ["jwt."],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<!\w)jwt\.(?:sign|verify|encode|decode)\([^()\n\0]{1,100},[ \t]{0,4}${QUOTED}`,
      "g",
    ),
    isSecret: (value) => looksLikeToken(value, "quoted") || looksLikePassword(value, "quoted"),
  },
  {
    kind: "api-key", // Flask, Django
    words: ["secret_key"],
    reach: REACH,
    form: new RegExp(String.raw`secret_key[ \t]{0,8}=[ \t]{0,8}b?${QUOTED}`, "gi"),
    isSecret: (value) => value.length >= 12 && looksLikePassword(value, "quoted"),
  },
  {
    kind: "api-key", // WordPress
    words: ["define("],
    reach: REACH,
    form: /define\([ \t]{0,4}["'](?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)["'],[ \t]{0,8}'([^'\n\0]{32,128})(?=')/g,
    isSecret: (value) => entropy(value) >= 4,
  },
  {
    kind: "api-key", // ?key=…
    words: ["key="],
    reach: REACH,
    form: /(?<=https?:\/\/[^\s\0"'`<>]{1,300}[?&](?:api_?)?key=)([\w-]{24,200})(?![\w-])/gi,
    isSecret: (value) => !/^[0-9a-f-]+$/i.test(value) && isToken(value),
  },
];
