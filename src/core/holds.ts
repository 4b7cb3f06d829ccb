/** How long a limit is taken to last. */
export { heldFor } from "../limits/holds.ts";
