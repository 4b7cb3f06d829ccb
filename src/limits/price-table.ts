/**
 * What models cost, and how much they take: the vendors' list prices for an API key, in US dollars for a
 * million tokens. What is in no source is null; a model that is not here has no price.
 *
 * Read on PRICED_ON. The figures are those of LiteLLM 1.110.2 from PyPI
 * (https://github.com/BerriAI/litellm, model_prices_and_context_window.json), which names the vendors'
 * pages below as its sources. Those of Anthropic and DeepSeek were compared with excerpts of these pages
 * themselves, and many with genai-prices 0.2.3 (https://github.com/pydantic/genai-prices). Where the
 * sources differ, there is null.
 */

export const PRICED_ON = "2026-11-30";

/**
 * Of input, output, what is read from the cache and written to it, and what is written for an hour. Where
 * a vendor caches by itself, writing costs as much as input.
 */
type Rates = readonly [
  input: number,
  output: number,
  cacheRead?: number | null,
  cacheWrite?: number | null,
  longWrite?: number | null,
];

/** The rates of requests with more than this many tokens of input and cache; null if they are not known. */
type Above = readonly [tokens: number, rates: Rates | null];

/** Several names may share a line: in lower case, with hyphens for dots. `window`: how much it takes. */
export type Line = readonly [names: string, window: number | null, rates: Rates, ...above: Above[]];

export const LINES: readonly Line[] = [
  // Anthropic: https://platform.claude.com/docs/en/about-claude/pricing
  // As quoted by a tool that reads this page: https://github.com/archid21/rightsize/releases/tag/v0.10.2
  ["claude-fable-5-2", null, [8, 40, 0.2, 10, 16]],
  ["claude-fable-5-1 claude-mythos-5-1", 1_000_000, [10, 50, 0.25, 12.5, 20]],
  ["claude-fable-5 claude-mythos-5 claude-mythos-preview", 1_000_000, [10, 50, 1, 12.5, 20]],
  ["claude-opus-5-5", 1_000_000, [4, 20, 0.2, 5, 8]],
  [
    "claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6",
    1_000_000,
    [5, 25, 0.5, 6.25, 10],
  ],
  // In fast mode, which costs twice as much: https://code.claude.com/docs/en/fast-mode
  ["claude-opus-5-5-fast", 1_000_000, [8, 40, 0.4, 10, 16]],
  ["claude-opus-5-fast claude-opus-4-8-fast", 1_000_000, [10, 50, 1, 12.5, 20]],
  ["claude-opus-4-5", 200_000, [5, 25, 0.5, 6.25, 10]],
  ["claude-opus-4-1 claude-opus-4 claude-opus-4-0", 200_000, [15, 75, 1.5, 18.75, 30]],
  ["claude-sonnet-5-5", 1_000_000, [2, 10, 0.1, 2.5, 4]],
  ["claude-sonnet-5", 1_000_000, [2, 10, 0.2, 2.5, 4]],
  ["claude-sonnet-4-6", 1_000_000, [3, 15, 0.3, 3.75, 6]],
  ["claude-sonnet-4-5", 200_000, [3, 15, 0.3, 3.75, 6]],
  ["claude-sonnet-4 claude-sonnet-4-0", 200_000, [3, 15, 0.3, 3.75, 6]],
  [
    "claude-haiku-5-5",
    1_000_000,
    [0.1, 0.5, 0.01, 0.125, 0.2],
    [100_000, [0.5, 2.5, 0.05, 0.625, 1]],
  ],
  ["claude-haiku-4-5", 200_000, [1, 5, 0.1, 1.25, 2]],
  // OpenAI: https://developers.openai.com/api/docs/pricing
  // Newer than the table below; of long requests, no figures were found.
  ["gpt-6-2-sol", 1_050_000, [2, 10, 0.1, 2.5], [272_000, null]],
  ["gpt-6-2-astra", 1_050_000, [8, 40, 0.4], [272_000, null]],
  ["gpt-6-1-sol", 1_050_000, [2, 10, 0.1, 2.5], [272_000, [4, 15, 0.2, 5]]],
  ["gpt-6-1-terra", 1_050_000, [1, 5, 0.05, 1.25], [272_000, [2, 7.5, 0.1, 2.5]]],
  ["gpt-6-astra", 1_050_000, [10, 50, 1, 12.5], [272_000, [20, 75, 2, 25]]],
  ["gpt-6-sol", 1_050_000, [2, 10, 0.2, 2.5], [272_000, [4, 15, 0.4, 5]]],
  ["gpt-6-luna", 1_050_000, [0.1, 0.5, 0.01, 0.125], [272_000, [0.2, 0.75, 0.02, 0.25]]],
  ["gpt-5-6 gpt-5-6-sol", 1_050_000, [4, 20, 0.4, 5], [272_000, [8, 30, 0.8, 10]]],
  ["gpt-5-6-terra", 1_050_000, [2, 12, 0.2, 2.5], [272_000, [4, 18, 0.4, 5]]],
  ["gpt-5-6-luna", 1_050_000, [0.2, 1.2, 0.02, 0.25], [272_000, [0.4, 1.8, 0.04, 0.5]]],
  ["gpt-5-5", 1_050_000, [5, 30, 0.5, 5], [272_000, [10, 45, 1, 10]]],
  ["gpt-5-5-pro gpt-5-4-pro", 1_050_000, [30, 180, null, 30], [272_000, [60, 270, null, 60]]],
  ["gpt-5-4", 1_050_000, [2.5, 15, 0.25, 2.5], [272_000, [5, 22.5, 0.5, 5]]],
  ["gpt-5-4-mini", 400_000, [0.75, 4.5, 0.075, 0.75]],
  ["gpt-5-4-nano", 400_000, [0.2, 1.25, 0.02, 0.2]],
  ["gpt-5-3-codex gpt-5-2 gpt-5-2-codex", 400_000, [1.75, 14, 0.175, 1.75]],
  ["gpt-5-2-pro", 400_000, [21, 168, null, 21]],
  ["gpt-5-1 gpt-5-1-codex gpt-5-1-codex-max gpt-5 gpt-5-codex", 400_000, [1.25, 10, 0.125, 1.25]],
  ["gpt-5-pro", 400_000, [15, 120, null, 15]],
  ["gpt-5-1-codex-mini gpt-5-mini", 400_000, [0.25, 2, 0.025, 0.25]],
  ["gpt-5-nano", 400_000, [0.05, 0.4, 0.005, 0.05]],
  ["gpt-4-1", 1_047_576, [2, 8, 0.5, 2]],
  ["gpt-4-1-mini", 1_047_576, [0.4, 1.6, 0.1, 0.4]],
  ["gpt-4-1-nano", 1_047_576, [0.1, 0.4, 0.025, 0.1]],
  ["gpt-4o", 128_000, [2.5, 10, 1.25, 2.5]],
  ["gpt-4o-mini", 128_000, [0.15, 0.6, 0.075, 0.15]],
  ["o3", 200_000, [2, 8, 0.5, 2]],
  ["o3-pro", 200_000, [20, 80, null, 20]],
  ["o3-mini", 200_000, [1.1, 4.4, 0.55, 1.1]],
  ["o4-mini", 200_000, [1.1, 4.4, 0.275, 1.1]],
  // Google: https://ai.google.dev/gemini-api/docs/pricing
  ["gemini-4-argon", 1_048_576, [2, 10, 0.1]],
  ["gemini-4-hydrogen", 1_048_576, [1.5, 7.5, 0.075]],
  ["gemini-3-8-flash gemini-3-7-flash gemini-3-6-flash", 1_048_576, [0.75, 3.75, 0.075]],
  ["gemini-3-5-flash", 1_048_576, [1.5, 9, 0.15]],
  ["gemini-3-5-flash-lite gemini-2-5-flash", 1_048_576, [0.3, 2.5, 0.03]],
  [
    "gemini-3-1-pro-preview gemini-3-1-pro-preview-customtools",
    1_048_576,
    [2, 12, 0.2],
    [200_000, [4, 18, 0.4]],
  ],
  ["gemini-3-1-flash-lite gemini-3-1-flash-lite-preview", 1_048_576, [0.25, 1.5, 0.025]],
  ["gemini-3-flash-preview", 1_048_576, [0.5, 3, 0.05]],
  ["gemini-2-5-pro", 1_048_576, [1.25, 10, 0.125], [200_000, [2.5, 15, 0.25]]],
  ["gemini-2-5-flash-lite", 1_048_576, [0.1, 0.4, 0.01]],
  // xAI: https://docs.x.ai/developers/models
  ["grok-4-7 grok-4-6", 500_000, [2, 6, 0.5, 2], [200_000, [4, 12, 1, 4]]],
  // Of its cache, LiteLLM says 0.3 and others 0.5.
  ["grok-4-5", 500_000, [2, 6, null, 2], [200_000, [4, 12, null, 4]]],
  [
    "grok-4-3 grok-4-20 grok-4-20-reasoning grok-4-20-non-reasoning",
    1_000_000,
    [1.25, 2.5, 0.2, 1.25],
    [200_000, [2.5, 5, 0.4, 2.5]],
  ],
  [
    "grok-build-0-1 grok-code-fast-1 grok-code-fast",
    256_000,
    [1, 2, 0.2, 1],
    [200_000, [2, 4, 0.4, 2]],
  ],
  // Moonshot AI: https://platform.kimi.ai/docs/pricing
  ["kimi-k3-1-pro", 1_048_576, [2, 10, 0.2, 2, 4]],
  ["kimi-k3-1-pro-highspeed", 1_048_576, [4, 20, 0.2, 4, 8]],
  ["kimi-k3", 1_048_576, [3, 15, 0.3, 3, 6]],
  ["kimi-k2-7-code", 262_144, [0.95, 4, 0.19]],
  ["kimi-k2-6", 262_144, [0.95, 4, 0.16]],
  ["kimi-k2-5", 262_144, [0.6, 3, 0.1]],
  // Alibaba: https://www.alibabacloud.com/help/en/model-studio/models
  ["qwen3-8-max", 991_808, [2, 6, 0.25]],
  ["qwen3-8-flash", 991_808, [0.15, 0.47, 0.016, 0.2]],
  ["qwen3-7-max", 991_808, [2.5, 7.5, 0.5, 3.125]],
  ["qwen3-7-plus", 991_808, [0.4, 1.6, 0.08], [256_000, [1.2, 4.8, 0.24]]],
  ["qwen3-5-plus", 991_808, [0.4, 2.4], [256_000, [0.5, 3]]],
  ["qwen3-max", 258_048, [1.2, 6], [32_000, [2.4, 12]], [128_000, [3, 15]]],
  [
    "qwen3-coder-plus",
    997_952,
    [1, 5, 0.1],
    [32_000, [1.8, 9, 0.18]],
    [128_000, [3, 15, 0.3]],
    [256_000, [6, 60, 0.6]],
  ],
  [
    "qwen3-coder-flash",
    997_952,
    [0.3, 1.5, 0.08],
    [32_000, [0.5, 2.5, 0.12]],
    [128_000, [0.8, 4, 0.2]],
    [256_000, [1.6, 9.6, 0.4]],
  ],
  // Z.ai: https://docs.z.ai/guides/overview/pricing
  ["glm-5-3 glm-5-2", 1_000_000, [1.4, 4.4, 0.26]],
  ["glm-5-3-flash", 1_048_576, [0.15, 0.5, 0.03]],
  ["glm-5-1", 200_000, [1.4, 4.4, 0.26]],
  ["glm-5", 200_000, [1, 3.2, 0.2]],
  ["glm-5-code", 200_000, [1.2, 5, 0.3]],
  ["glm-4-7 glm-4-6", 200_000, [0.6, 2.2, 0.11]],
  ["glm-4-5", 128_000, [0.6, 2.2]],
  ["glm-4-5-air", 128_000, [0.2, 1.1]],
  // DeepSeek: https://api-docs.deepseek.com/quick_start/pricing
  // At peak hours; half as much at others.
  ["deepseek-v4-pro", 1_000_000, [1.32, 3.96, 0.044]],
  ["deepseek-flash deepseek-v4-flash", 1_000_000, [0.3, 1.2, 0.006]],
  // MiniMax: https://platform.minimax.io/docs/pricing
  ["minimax-m3", 1_000_000, [0.3, 1.2, 0.06], [512_000, [0.6, 2.4, 0.12]]],
  ["minimax-m2-5 minimax-m2-1", 1_000_000, [0.3, 1.2, 0.03, 0.375]],
  ["minimax-m2-5-lightning minimax-m2-1-lightning", 1_000_000, [0.3, 2.4, 0.03, 0.375]],
  ["minimax-m2", 200_000, [0.3, 1.2, 0.03, 0.375]],
  // Mistral: https://docs.mistral.ai/models
  ["mistral-large-4", 1_048_576, [0.7, 2.1, 0.07]],
  ["mistral-large-3 mistral-large-latest", 262_144, [0.5, 1.5, 0.05]],
  [
    "mistral-medium-3-5 mistral-vibe-cli-latest mistral-vibe-cli-with-tools mistral-medium-latest",
    262_144,
    [1.5, 7.5, 0.15],
  ],
  ["mistral-vibe-cli-fast mistral-small-latest", 262_144, [0.15, 0.6, 0.015]],
  ["devstral-latest devstral-medium-latest mistral-code-agent-latest", 256_000, [0.4, 2, 0.04]],
  ["devstral-small-latest", 256_000, [0.1, 0.3, 0.01]],
  ["codestral-latest codestral-2508", 128_000, [0.3, 0.9, 0.03]],
];
