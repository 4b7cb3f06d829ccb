/** Paths of a session that continues in another folder: which are rewritten, and which are not. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Relocation } from "../../../src/session/relocate.ts";
import { known } from "../../support/folder.ts";

const to = (from: string, folder: string) => known(Relocation.between(from, folder, "linux"));
const shop = to("/home/dev/shop", "/srv/new");

describe("a relocation", () => {
  it("is none where nothing moves, or everything would", () => {
    for (const [from, folder] of [
      [null, "/new"],
      ["/old", undefined],
      ["/old", "/old/"],
      ["/", "/new"],
      ["/home", "/home"],
      ["relative", "/new"],
    ] as const) {
      assert.equal(Relocation.between(from, folder, "linux"), null);
    }
  });

  const commands: [command: string, result: string][] = [
    ["cat /home/dev/shop/a.ts", "cat /srv/new/a.ts"],
    ["cd /home/dev/shop && npm test", "cd /srv/new && npm test"],
    ['cat "/home/dev/shop/a b.ts"', 'cat "/srv/new/a b.ts"'],
    ["X=/home/dev/shop/x;ls /home/dev/shop/", "X=/srv/new/x;ls /srv/new/"],
    ["cat /home/dev/shopping/a.ts", "cat /home/dev/shopping/a.ts"],
    ["cat /home/dev/shop.old", "cat /home/dev/shop.old"],
    ["cat /mnt/home/dev/shop/a.ts", "cat /mnt/home/dev/shop/a.ts"],
    ["cat src/a.ts", "cat src/a.ts"],
  ];
  for (const [command, result] of commands) {
    it(`of the command ${command}`, () => assert.equal(shop.command(command), result));
  }

  it("of a command never makes one word two", () => {
    const spaced = to("/old", "/a b");
    assert.equal(spaced.command("cat /old/x"), "cat /old/x");
    assert.equal(spaced.command("cat '/old/x'"), "cat '/a b/x'");
  });

  it("of a command on Windows", () => {
    const windows = to("C:\\Work\\shop", "/home/dev/shop");
    assert.equal(
      windows.command('type "C:\\Work\\shop\\src\\a.ts"'),
      'type "/home/dev/shop/src/a.ts"',
    );
    assert.equal(windows.command("cat /mnt/c/Work/shop/a.ts"), "cat /home/dev/shop/a.ts");
  });

  it("of a patch goes by its headers", () => {
    const patch = [
      "*** Begin Patch",
      "*** Update File: /home/dev/shop/a.ts",
      "*** Move to: /home/dev/shop/b.ts",
      "@@",
      "-/home/dev/shop/a.ts",
      "*** End Patch",
    ];
    const moved = patch.map((line, i) =>
      i === 1 || i === 2 ? line.replace("/home/dev/shop", "/srv/new") : line,
    );
    assert.equal(shop.patch(patch.join("\n")), moved.join("\n"));
    assert.equal(shop.json(patch.join("\n")), moved.join("\n"));
  });

  it("of a record leaves texts alone, and everything its spelling", () => {
    const record =
      '{"cwd":"/home/dev/shop", "n":1.0,"file_path":"\\/home/dev/shop/a.ts","content":"/home/dev/shop",' +
      '"message":{"content":[{"type":"text","text":"/home/dev/shop"}]},"caf\\u00e9":"/home/dev/shop.x",' +
      '"arguments":"{\\"cmd\\":\\"ls /home/dev/shop\\",\\"workdir\\":\\"/home/dev/shop\\"}","backups":{"/home/dev/shop/a":1}}';
    const result =
      '{"cwd":"/srv/new", "n":1.0,"file_path":"/srv/new/a.ts","content":"/home/dev/shop",' +
      '"message":{"content":[{"type":"text","text":"/home/dev/shop"}]},"caf\\u00e9":"/home/dev/shop.x",' +
      '"arguments":"{\\"cmd\\":\\"ls /srv/new\\",\\"workdir\\":\\"/srv/new\\"}","backups":{"/srv/new/a":1}}';
    shop.take();
    assert.equal(shop.text(record), result);
    assert.equal(shop.take(), 5);
    assert.equal(shop.take(), 0);
  });
});
