/** Paths of every system, compared on any. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  folderKey,
  isWithin,
  localForm,
  moved,
  rulesFor,
  sameFolder,
} from "../../../src/session/paths.ts";

const [linux, mac, windows] = [rulesFor("linux"), rulesFor("darwin"), rulesFor("win32")];

describe("one folder, several spellings", () => {
  const same: [string, string][] = [
    ["/home/dev/shop", "/home/dev/shop/"],
    ["/home/dev/shop", "/home/dev/./x/../shop"],
    ["C:\\Users\\Dev\\Shop", "c:/users/dev/shop/"],
    ["C:\\Users\\dev\\shop", "/mnt/c/Users/dev/shop"],
    ["C:\\Users\\dev\\shop", "/cygdrive/c/Users/dev/shop"],
    ["\\\\?\\C:\\Users\\dev", "C:\\Users\\dev"],
    ["\\\\wsl$\\Ubuntu\\home\\dev", "/home/dev"],
    ["\\\\wsl.localhost\\Ubuntu-24.04\\home\\dev", "//wsl.localhost/Debian/home/dev"],
    ["\\\\Server\\Share\\shop", "\\\\?\\UNC\\server\\share\\Shop"],
    ["C:\\", "/mnt/c"],
    ["/", "\\\\wsl$\\Ubuntu\\"],
  ];
  for (const [a, b] of same) {
    it(`${a} is ${b}`, () => {
      for (const rules of [linux, mac, windows]) assert.ok(sameFolder(a, b, rules));
    });
  }

  it("names that differ in case are one folder where the file system says so", () => {
    assert.ok(!sameFolder("/Users/dev/Shop", "/users/dev/shop", linux));
    assert.ok(sameFolder("/Users/dev/Shop", "/users/dev/shop", mac));
    assert.ok(sameFolder("/mnt/c/Users/Dev/shop", "/mnt/c/users/dev/shop", linux));
    assert.ok(sameFolder("/home/dev/caf\u00e9", "/home/dev/cafe\u0301", linux));
  });

  it("Git Bash's drives are drives on Windows only", () => {
    assert.ok(sameFolder("/c/Users/dev", "C:\\Users\\dev", windows));
    assert.ok(!sameFolder("/c/Users/dev", "C:\\Users\\dev", linux));
  });

  it("others are others", () => {
    const different: [string, string][] = [
      ["/home/dev/shop", "/home/dev/shop2"],
      ["/home/dev/a\\b", "/home/dev/a/b"],
      ["C:\\shop", "D:\\shop"],
      ["/mnt/cdrom/x", "C:\\drom\\x"],
      ["shop", "/shop"],
    ];
    for (const [a, b] of different) assert.ok(!sameFolder(a, b, linux), `${a} ${b}`);
    assert.equal(folderKey("shop/x", linux), "shop/x");
  });
});

describe("a path in a folder", () => {
  it("is told from one that only begins alike", () => {
    assert.ok(isWithin("/home/dev/shop", "/home/dev/shop", linux));
    assert.ok(isWithin("/home/dev/shop/src/a.ts", "/home/dev/shop/", linux));
    assert.ok(isWithin("/mnt/c/Shop/src", "C:\\shop", linux));
    assert.ok(isWithin("/a", "/", linux));
    assert.ok(isWithin("c:\\a\\b", "c:\\a", windows));
    assert.ok(!isWithin("/a", "/a/b", linux));
    assert.ok(!isWithin("/home/dev/shopping", "/home/dev/shop", linux));
    assert.ok(!isWithin("/home/dev/shop/../other", "/home/dev/shop", linux));
    assert.ok(!isWithin("src/a.ts", "/home/dev/shop", linux));
  });

  const moves: [path: string, from: string, to: string, result: string | null][] = [
    ["/old/src/a.ts", "/old", "/new", "/new/src/a.ts"],
    ["/old", "/old", "/new/", "/new"],
    ["/old/src/", "/old", "/new", "/new/src/"],
    ["/old/a.ts", "/old", "/", "/a.ts"],
    ["/old", "/old", "/", "/"],
    ["/older/a.ts", "/old", "/new", null],
    ["C:\\old\\src\\a.ts", "C:\\old", "/home/dev", "/home/dev/src/a.ts"],
    ["c:/old/src/a.ts", "C:\\old", "D:\\new", "D:\\new\\src\\a.ts"],
    ["/mnt/c/old/a.ts", "C:\\old", "/home/dev", "/home/dev/a.ts"],
    ["/old/a b/c", "/old", "C:\\", "C:\\a b\\c"],
    ["a.ts", "/old", "/new", null],
  ];
  for (const [path, from, to, result] of moves) {
    it(`${path} goes from ${from} to ${to}`, () => {
      assert.equal(moved(path, from, to, linux), result);
    });
  }
});

describe("a folder as this system spells it", () => {
  const forms: [path: string, platform: NodeJS.Platform, result: string][] = [
    ["C:\\Users\\dev", "linux", "/mnt/c/Users/dev"],
    ["\\\\wsl$\\Ubuntu\\home\\dev", "linux", "/home/dev"],
    ["/home/dev", "linux", "/home/dev"],
    ["\\\\server\\share\\x", "linux", "\\\\server\\share\\x"],
    ["/mnt/c/Users/dev", "win32", "C:\\Users\\dev"],
    ["/c/Users/dev", "win32", "C:\\Users\\dev"],
    ["C:/Users/dev", "win32", "C:/Users/dev"],
    ["/home/dev", "win32", "/home/dev"],
    ["shop", "linux", "shop"],
  ];
  for (const [path, platform, result] of forms) {
    it(`${path} on ${platform}`, () => assert.equal(localForm(path, platform), result));
  }
});
