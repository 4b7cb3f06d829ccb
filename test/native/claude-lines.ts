/** Sessions as Claude Code stores them, for tests of a shape that no recording has. */

export type Said = readonly [type: "user" | "assistant", content: unknown];

/** One chain of messages, a second apart. */
export function claudeLines(cwd: string, said: readonly Said[]): string {
  const began = Date.parse("2026-11-29T10:00:00.000Z");
  return said
    .map(([type, content], at) => {
      const line = {
        parentUuid: at === 0 ? null : idOf(at - 1),
        isSidechain: false,
        cwd,
        sessionId: "b1d0c6a2-3f5e-4a6b-9c7d-000000000001",
        version: "2.1.332",
        type,
        message: type === "user" ? { role: "user", content } : answer(at, content),
        uuid: idOf(at),
        timestamp: new Date(began + at * 1000).toISOString(),
      };
      return `${JSON.stringify(line)}\n`;
    })
    .join("");
}

function answer(at: number, content: unknown): unknown {
  return {
    model: "claude-opus-4-6",
    id: `msg_0${at}`,
    type: "message",
    role: "assistant",
    content,
  };
}

function idOf(at: number): string {
  return `b1d0c6a2-3f5e-4a6b-9c7d-${(0x100 + at).toString().padStart(12, "0")}`;
}
