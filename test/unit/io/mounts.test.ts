/** File systems that may not answer, told by the system's own tables. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { linuxMounts, macMounts, remoteMount } from "../../../src/io/mounts.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

describe("mounts that may not answer", () => {
  it("Linux", () => {
    const table = [
      "/dev/vda / ext4 rw 0 0",
      "proc /proc proc rw 0 0",
      "host:/home /home/dev nfs4 rw,hard 0 0",
      "me@host:/ /mnt/my\\040host fuse.sshfs rw 0 0",
      "C:\\134 /mnt/c 9p rw 0 0",
      "",
    ].join("\n");
    assert.deepEqual(linuxMounts(table), ["/home/dev", "/mnt/my host", "/mnt/c"]);
  });

  it("macOS", () => {
    const listing = [
      "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)",
      "/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled)",
      "//me@host/share on /Volumes/my share (smbfs, nodev, nosuid, mounted by me)",
      "",
    ].join("\n");
    assert.deepEqual(macMounts(listing), ["/Volumes/my share"]);
  });

  it("are seen through links, and without a call to what is on them", () => {
    const dead = join(root, "dead");
    mkdirSync(dead);
    symlinkSync(join(dead, "sub"), join(root, "link"));
    symlinkSync("link", join(root, "again"));
    symlinkSync("loop", join(root, "loop"));
    for (const path of [dead, join(dead, "x"), join(root, "link", "y"), join(root, "again")]) {
      assert.equal(remoteMount(path, [dead]), dead, path);
    }
    for (const path of [root, join(root, "deadly"), join(root, "loop", "x")]) {
      assert.equal(remoteMount(path, [dead]), null, path);
    }
  });
});
