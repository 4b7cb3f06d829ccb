/** The package.json that is published. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { addresses, publishedManifest } from "../../../scripts/manifest.ts";

it("names the public repository that the checkout was cloned from", () => {
  const wanted = {
    repository: { type: "git", url: "git+https://github.com/some/where.git" },
    homepage: "https://github.com/some/where#readme",
    bugs: { url: "https://github.com/some/where/issues" },
  };
  for (const origin of [
    "https://github.com/some/where.git",
    "https://github.com/some/where",
    "https://token@github.com/some/where.git",
    "git@github.com:some/where.git",
    "ssh://git@github.com/some/where.git",
  ]) {
    assert.deepEqual(addresses(origin), wanted, origin);
    assert.ok(publishedManifest(origin).includes(wanted.repository.url));
  }
});

it("names no other", () => {
  for (const origin of [null, "", "/work/main", "file:///srv/segue.git", "git@intern:a/b.git"]) {
    assert.deepEqual(addresses(origin), {}, String(origin));
  }
});
