# The OpenAI SDK in gptme reads the address of its server from the environment alone, where other CLIs in
# the lab would find it, too.
export OPENAI_BASE_URL="$SEGUE_LAB_GPTME_URL/v1"
exec "$@"
