/** Made by scripts/support.ts from a run of the native tests; see proven.ts. */
import type { Proven } from "./proven.ts";

export const proven: Proven = {
  versions: { "claude-code": "2.1.197", codex: "0.169.0", pi: "1.5.2" },
  pairs: [
    {
      from: "claude-code",
      to: "codex",
      date: "2026-11-21",
      ok: true,
      counts: { messages: 11, toolCalls: 8, toolResults: 8, reasoning: 5, images: 1 },
      losses: [
        { code: "reasoning-as-text", count: 5 },
        { code: "reasoning-sealed", count: 1 },
        { code: "tool-reworded", count: 2 },
        { code: "event-carried", count: 10 },
      ],
    },
    {
      from: "claude-code",
      to: "pi",
      date: "2026-11-21",
      ok: true,
      counts: { messages: 11, toolCalls: 8, toolResults: 8, reasoning: 5, images: 1 },
      losses: [
        { code: "reasoning-as-text", count: 5 },
        { code: "reasoning-sealed", count: 1 },
        { code: "event-carried", count: 10 },
      ],
    },
    {
      from: "codex",
      to: "claude-code",
      date: "2026-11-21",
      ok: true,
      counts: { messages: 11, toolCalls: 8, toolResults: 8, reasoning: 5, images: 1 },
      losses: [
        { code: "reasoning-as-text", count: 5 },
        { code: "event-carried", count: 28 },
        { code: "scaffold-carried", count: 2 },
      ],
    },
    {
      from: "codex",
      to: "pi",
      date: "2026-11-21",
      ok: true,
      counts: { messages: 11, toolCalls: 8, toolResults: 8, reasoning: 5, images: 1 },
      losses: [
        { code: "reasoning-as-text", count: 5 },
        { code: "event-carried", count: 28 },
        { code: "scaffold-carried", count: 2 },
      ],
    },
    {
      from: "pi",
      to: "claude-code",
      date: "2026-11-21",
      ok: true,
      counts: { messages: 11, toolCalls: 8, toolResults: 8, reasoning: 5, images: 1 },
      losses: [
        { code: "reasoning-as-text", count: 5 },
        { code: "reasoning-sealed", count: 1 },
        { code: "event-carried", count: 1 },
        { code: "scaffold-carried", count: 1 },
        { code: "settings-carried", count: 2 },
      ],
    },
    {
      from: "pi",
      to: "codex",
      date: "2026-11-21",
      ok: true,
      counts: { messages: 11, toolCalls: 8, toolResults: 8, reasoning: 5, images: 1 },
      losses: [
        { code: "reasoning-as-text", count: 5 },
        { code: "reasoning-sealed", count: 1 },
        { code: "tool-reworded", count: 2 },
        { code: "event-carried", count: 1 },
        { code: "scaffold-carried", count: 1 },
        { code: "settings-carried", count: 2 },
      ],
    },
  ],
};
