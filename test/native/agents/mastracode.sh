# The vendors' SDKs in Mastra Code read the address of their server from the environment alone, where other
# CLIs in the lab would find it, too.
export ANTHROPIC_BASE_URL="$SEGUE_LAB_MASTRACODE_URL/v1"
export OPENAI_BASE_URL="$SEGUE_LAB_MASTRACODE_URL/v1"
exec "$@"
