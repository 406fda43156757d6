#!/bin/bash
# Emits one event about an account; standard input holds the rest of it as protobuf text.
#
#   proto/examples/shell/emit.sh HOST:PORT TOPIC ACCOUNT <<'END'
#     event_id: "invoice/1001/cancelled"  source: "example-shell"
#     occurred_at { seconds: 1770000000 }
#     invoice_cancelled { invoice { id: "1001" } reason: "sent twice" }
#   END
#
# Needs kcat and protoc (Debian: kcat, protobuf-compiler). Exits other than 0 if the event was not acknowledged.
set -euo pipefail
brokers=${1:?broker} topic=${2:?topic} account=${3:?account}
schema=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
event=$(mktemp) && trap 'rm -f "$event"' EXIT

{ printf 'account_id: "%s"\n' "$account" && cat; } |
  protoc --proto_path="$schema" --encode=kontor.event.v1.Event kontor/event/v1/event.proto >"$event"

# A file is one record. The partitioner is Java's; kcat's own default puts accounts elsewhere.
kcat -P -b "$brokers" -t "$topic" -k "$account" \
  -X partitioner=murmur2_random -X enable.idempotence=true -X message.timeout.ms=30000 "$event"
