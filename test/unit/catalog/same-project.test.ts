/** Which sessions are of a project. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Project } from "../../../src/catalog/project.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

function folder(...names: string[]): string {
  const path = join(root, ...names);
  mkdirSync(path, { recursive: true });
  return path;
}

function git(cwd: string, ...args: string[]): void {
  const names = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
  execFileSync("git", [...names, ...args], { cwd, stdio: "ignore" });
}

describe("a project", () => {
  it("is its folder and what is below, through links, even where that is gone", () => {
    const shop = folder("plain", "shop");
    symlinkSync(shop, join(root, "link"));
    const project = new Project(join(root, "link"));
    for (const cwd of [shop, join(root, "link"), join(shop, "gone", "deep")]) {
      assert.ok(project.has(cwd), cwd);
    }
    for (const cwd of [join(root, "plain"), join(root, "plain", "shopping"), null]) {
      assert.ok(!project.has(cwd), String(cwd));
    }
  });

  it("is the whole repository and its worktrees, from wherever in them", () => {
    const shop = folder("repo", "shop");
    git(shop, "init", "-q");
    git(shop, "commit", "-q", "--allow-empty", "-m", "a");
    git(shop, "worktree", "add", "-q", "../tree");
    const tree = join(root, "repo", "tree");
    const api = folder("repo", "shop", "api");
    for (const here of [shop, tree, api]) {
      const project = new Project(here);
      for (const cwd of [shop, tree, api, join(tree, "web")]) assert.ok(project.has(cwd), cwd);
      assert.ok(!project.has(join(root, "repo")));
    }
  });

  it("is never all that is in a home folder, or on the disk", () => {
    const home = folder("home");
    const before = process.env.HOME;
    process.env.HOME = home;
    try {
      git(home, "init", "-q");
      for (const here of [home, "/"]) {
        const project = new Project(here);
        assert.ok(project.has(here));
        assert.ok(!project.has(join(home, "shop")));
      }
      const work = folder("home", "work");
      assert.ok(new Project(work).has(join(work, "a")));
      assert.ok(!new Project(work).has(home));
    } finally {
      if (before === undefined) delete process.env.HOME;
      else process.env.HOME = before;
    }
  });
});
