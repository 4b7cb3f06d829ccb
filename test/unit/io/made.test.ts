/** Making folders. */
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { makeFolders } from "../../../src/io/made.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

it("makes a folder and those above it, for the user alone, and leaves one that is there", () => {
  const folder = join(root, "a/b/c");
  makeFolders(folder);
  makeFolders(folder);
  if (process.platform !== "win32") assert.equal(statSync(folder).mode & 0o777, 0o700);
});

it("fails where a file is in the way", () => {
  writeFileSync(join(root, "file"), "");
  assert.throws(() => makeFolders(join(root, "file")), { code: "EEXIST" });
  assert.throws(() => makeFolders(join(root, "file/below")), { code: "ENOTDIR" });
});

it("fails in a file system that makes no folders, rather than try for ever", () => {
  if (process.platform !== "linux") return;
  assert.throws(() => makeFolders("/proc/no-such-folder/below"), { code: "ENOENT" });
});
