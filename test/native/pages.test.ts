/** The pages of `segue dump --format html`, as a person sees them in a browser. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { type Page, whyNoBrowser, withBrowser } from "./browser.ts";

const root = temporaryFolder();
/** Kept, to be looked at. */
const SHOTS = join(import.meta.dirname, ".results/pages");
const WIDE = { width: 1100, height: 800 };
const NARROW = { width: 400, height: 800 };

/** Sessions of three agents, exported, with the index open in a browser. */
async function open(t: TestContext, use: (page: Page, index: string) => Promise<void>) {
  const why = whyNoBrowser();
  if (why !== null) return t.skip(why);
  const m = new Machine(join(root, t.name.replace(/\W+/g, "-")));
  for (const name of ["claude-code/basic", "codex/basic", "pi/basic"]) m.install(fixture(name));
  const { code, err } = await m.run(["dump", "out", "--format", "html"]);
  assert.equal(code, 0, err);
  mkdirSync(SHOTS, { recursive: true });
  await withBrowser(async (browser) => {
    const page = await browser.newPage({ viewport: WIDE });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    const index = pathToFileURL(m.at("out/index.html")).href;
    await page.goto(index);
    await use(page, index);
    const others = asked.filter((url) => !/^(?:file:.*\.html|data:.*)$/.test(url));
    assert.deepEqual([others, errors], [[], []], "pages load nothing but themselves");
  });
}

async function number(page: Page, expression: string): Promise<number> {
  const value = await page.evaluate(expression);
  assert.equal(typeof value, "number", expression);
  return Number(value);
}

/** How an element is painted. */
async function painted(page: Page, selector: string, what: string): Promise<string> {
  const element = `document.querySelector(${JSON.stringify(selector)})`;
  return String(await page.evaluate(`getComputedStyle(${element}).${what}`));
}

async function shoot(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  assert.ok(picture.length > 4000, `${name}: a picture with something on it`);
}

const visibleRows =
  'Array.from(document.querySelectorAll("tbody tr")).filter((row) => row.offsetHeight > 0).length';
const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

test("the index lists the sessions, and its search narrows them", async (t) => {
  await open(t, async (page) => {
    assert.equal(await number(page, visibleRows), 3);
    await shoot(page, "index");
    await page.fill("#find", "codex list");
    assert.equal(await number(page, visibleRows), 1);
    assert.equal((await page.textContent("#count")) ?? "", "1 of 3");
    await page.fill("#find", "nothing like it");
    assert.equal(await number(page, visibleRows), 0);
    await page.fill("#find", "");
    assert.equal(await number(page, visibleRows), 3);
    await page.click("tbody tr:first-child a");
    assert.match(
      (await page.textContent("h1")) ?? "",
      /^MARK-USER-1 /,
      "a link leads to the session's page",
    );
  });
});

test("a session's page tells who speaks, and folds calls under what they ran", async (t) => {
  await open(t, async (page, index) => {
    await page.goto(index.replace("index.html", pageOf(index, "claude-code")));
    await shoot(page, "session");
    assert.match(
      (await page.textContent("section.user")) ?? "",
      /^\s*User.*\n+MARK-USER-1 please list/,
    );
    assert.match(
      (await page.textContent("section.assistant:has(.text)")) ?? "",
      /^\s*Assistant.*\n+MARK-ASSISTANT-1/,
    );
    for (const what of ["backgroundColor", "borderLeftColor"]) {
      const [user, assistant] = [
        await painted(page, "section.user", what),
        await painted(page, "section.assistant", what),
      ];
      assert.notEqual(user, assistant, what);
    }
    const call = 'details:has(summary code:text-is("echo MARK-TOOLOUT-1 && ls"))';
    assert.ok(await page.isVisible(`${call} > summary`));
    assert.ok(!(await page.isVisible(`${call} > pre`)), "a call is collapsed");
    await page.click(`${call} > summary`);
    assert.ok(await page.isVisible(`${call} > pre`), "and opens with a click");
    await page.click(`${call} > summary`);
    await page.click("label.all");
    assert.ok(await page.isVisible(`${call} > pre`), "and with `Expand all`");
    assert.equal(
      await number(
        page,
        'Array.from(document.querySelectorAll("pre")).filter((pre) => !pre.checkVisibility({ contentVisibilityAuto: true }) || pre.offsetHeight === 0).length',
      ),
      0,
      "nothing stays folded",
    );
    await shoot(page, "session-expanded");
  });
});

test("pages follow a dark desktop, and fit a phone", async (t) => {
  await open(t, async (page, index) => {
    for (const name of ["index.html", pageOf(index, "claude-code"), pageOf(index, "codex")]) {
      await page.setViewportSize(WIDE);
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(index.replace("index.html", name));
      const [light, ink] = [await shade(page), await painted(page, "body", "color")];
      await page.emulateMedia({ colorScheme: "dark" });
      const dark = await shade(page);
      assert.ok(light > 200 && dark < 60, `${name}: background ${light} and ${dark}`);
      assert.notEqual(await painted(page, "body", "color"), ink);
      await shoot(page, `${name.split("/")[0]}-dark`);
      await page.setViewportSize(NARROW);
      if (name !== "index.html") await page.click("label.all");
      assert.ok((await number(page, overflow)) <= 0, `${name}: nothing sticks out at 400 px`);
      await shoot(page, `${name.split("/")[0]}-narrow`);
    }
  });
});

/** How light the page's background is, 0 to 255: the colour that `Canvas` stands for. */
async function shade(page: Page): Promise<number> {
  return await number(
    page,
    `(() => {
      const probe = document.createElement("div");
      probe.style.background = "Canvas";
      document.body.append(probe);
      const [red, green, blue] = getComputedStyle(probe).backgroundColor.match(/\\d+/g).map(Number);
      probe.remove();
      return (red + green + blue) / 3;
    })()`,
  );
}

/** The page of an agent's only session, below the index. */
function pageOf(index: string, agent: string): string {
  const [name = ""] = readdirSync(new URL(agent, index)).filter((name) => name.endsWith(".html"));
  assert.notEqual(name, "");
  return `${agent}/${name}`;
}
