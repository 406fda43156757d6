#!/usr/bin/env python3
"""Emits three facts about one account: it opened, it was invoiced, it paid.

    proto/examples/python/emit.py --brokers HOST:PORT [--topic TOPIC] [--account ID]

Needs confluent-kafka, protobuf (Debian: python3-confluent-kafka, python3-protobuf), and on PYTHONPATH the classes that
protoc makes of the schema; proto/README.md shows how. Prints where each event went; exits 1 if one was not
acknowledged.
"""

import argparse
import datetime
import sys

from confluent_kafka import Producer

from kontor.event.v1.event_pb2 import Event


def new_event(event_id, account, occurred_at):
    event = Event(event_id=event_id, source="example-python", account_id=account)
    event.occurred_at.FromDatetime(occurred_at)
    return event


def set_money(money, currency, units, nanos=0):
    money.currency_code, money.units, money.nanos = currency, units, nanos


def facts(account):
    """The event_id is made of what the fact is, so emitting it again is a duplicate that changes nothing."""
    opened = new_event(f"{account}/opened", account, datetime.datetime(2026, 1, 15, 9, 0))
    opened.account_opened.fields.name = "Acme GmbH"
    opened.account_opened.fields.segment = "enterprise"
    yield opened

    invoiced = new_event(f"{account}/invoice/1001", account, datetime.datetime(2026, 2, 1, 8, 30))
    invoice = invoiced.invoice_issued
    invoice.invoice.id = "1001"
    set_money(invoice.net, "EUR", 1000)
    set_money(invoice.gross, "EUR", 1190)
    invoice.due.year, invoice.due.month, invoice.due.day = 2026, 3, 3
    line = invoice.lines.add(product="mill")
    line.quantity.units = 2
    set_money(line.charged_price, "EUR", 500)
    yield invoiced

    paid = new_event(f"{account}/payment/77", account, datetime.datetime(2026, 2, 20, 14, 5))
    payment = paid.payment_received
    payment.payment.id = "77"
    set_money(payment.amount, "EUR", 1190)
    allocation = payment.allocations.add()
    allocation.invoice.id = "1001"
    set_money(allocation.amount, "EUR", 1190)
    yield paid


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--topic", default="kontor.events")
    parser.add_argument("--account", default="example-python")
    arguments = parser.parse_args()

    producer = Producer({
        "bootstrap.servers": arguments.brokers,
        "partitioner": "murmur2_random",  # as Java's; librdkafka's own default puts accounts elsewhere
        "enable.idempotence": True,       # acks=all, and a retry is never stored twice
        "delivery.timeout.ms": 30000,
    })
    unsent = []

    def done(error, message):
        if error:
            unsent.append(f"{message.key().decode()}: {error}")
        else:
            print(f"{message.topic()} [{message.partition()}] at offset {message.offset()}")

    for event in facts(arguments.account):
        producer.produce(arguments.topic, key=event.account_id, value=event.SerializeToString(), on_delivery=done)
    waiting = producer.flush(60)
    for line in unsent:
        print(f"not acknowledged: {line}", file=sys.stderr)
    return 1 if unsent or waiting else 0


if __name__ == "__main__":
    sys.exit(main())
