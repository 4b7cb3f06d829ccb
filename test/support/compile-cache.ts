/** Imported before each test file (`--import`): what it loads is compiled, and its types stripped, once. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/segue-tests"));
