/** `<database>#<id>`, the place of a session. */
export function placeOf(place: string): { path: string; id: string } {
  const at = place.lastIndexOf("#");
  return at < 1 ? { path: place, id: "" } : { path: place.slice(0, at), id: place.slice(at + 1) };
}
