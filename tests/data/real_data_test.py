#!/usr/bin/env python3
"""The public data sets, through the importer, a real broker and the engine, give over HTTP the figures known of them.

KONTOR_SHARED_DATA is the folder of the data sets, ../shared/data unless set. Amounts are compared to the nano.
"""

import csv
import decimal
import lzma
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import engine as e2e  # noqa: E402

DATA = pathlib.Path(os.environ.get("KONTOR_SHARED_DATA") or e2e.ROOT.parent / "shared/data")
MAPPINGS = e2e.ROOT / "tools/mappings"
D = decimal.Decimal


def amount(told, currency):
    """The exact amount of an Amount that is in one currency only; zeros are left out of the answer."""
    by_currency = (told or {}).get("byCurrency", [])
    if not by_currency:
        return D(0)
    (money,) = by_currency
    assert money["currencyCode"] == currency, money
    return D(money.get("units", "0")) + D(money.get("nanos", 0)).scaleb(-9)


class RealDataTest(e2e.EngineTestCase):
    def load(self, mapping, *tables, now, currency, partitions=2, expect=0, **options):
        """Imports the tables into a new topic and gives an engine that has read them, and what the import said."""
        self.create_topic(self.events, partitions)
        arguments = ["import", "--mapping", MAPPINGS / mapping, *self.topics(), *tables]
        status, out, err = self.run_kontor(*arguments, **options)
        self.assertEqual(status, expect, out[-2000:] + err[-2000:])
        engine = self.serve("--now", now, "--reporting-currency", currency).listening().ready()
        engine.has_read(self.ends(self.events))
        self.assertFalse(engine.get("/v1/records?disposition=rejected").get("records"))
        self.assertFalse(engine.get("/v1/records?disposition=conflict").get("records"))
        return engine, out + err

    def test_online_retail(self):
        file = self.folder / "online_retail.csv"
        with lzma.open(DATA / "online_retail/online_retail.csv.xz") as packed:
            file.write_bytes(packed.read())
        with open(file, newline="") as lines:
            numbers = {line["InvoiceNo"] for line in csv.DictReader(lines)}
        self.assertEqual(len(numbers), 25900)  # those with a letter are credit notes and write-offs
        engine, _ = self.load("online_retail.sql", file, now="2011-12-10", currency="GBP")
        portfolio = engine.get("/v1/portfolio")
        value = portfolio["value"]
        self.assertEqual(portfolio["accounts"], "4373")
        self.assertEqual(value["invoices"]["lifetime"], str(sum(number.isdigit() for number in numbers)))
        self.assertEqual(amount(value["invoicedNet"]["lifetime"], "GBP"), D("9758809.994"))
        self.assertEqual(amount(value["writtenOff"]["lifetime"], "GBP"), D("11062.06"))
        self.assertEqual(amount(value["netValue"]["lifetime"], "GBP"), D("9747747.934"))
        months = [amount(month.get("netValue"), "GBP") for month in value["months"]]
        self.assertEqual((len(months), sum(months)), (13, D("9747747.934")))

        accounts = engine.every("/v1/accounts", "accounts")
        nets = {a["profile"]["accountId"]: amount(a["netValue"]["lifetime"], "GBP") for a in accounts}
        self.assertEqual(len(nets), 4373)
        self.assertEqual(sum(nets.values()), D("9747747.934"))
        nameless = nets.pop("(none)")
        self.assertEqual(nameless, D("1447682.12"))
        self.assertEqual(sum(net < 0 for net in nets.values()), 41)
        top = sum(sorted(nets.values(), reverse=True)[:875])
        self.assertEqual(round(100 * top / sum(nets.values()), 3), D("73.847"))
        with_nameless = sum(sorted([*nets.values(), nameless], reverse=True)[:875])
        self.assertEqual(round(100 * with_nameless / D("9747747.934"), 3), D("77.711"))

    def test_cdnow(self):
        file = self.folder / "cdnow.csv"
        with open(file, "wb") as out:
            subprocess.run([MAPPINGS / "cdnow_to_csv", DATA / "cdnow/CDNOW_sample.txt"], stdout=out, check=True)
        engine, _ = self.load("cdnow.sql", file, now="1998-07-01", currency="USD")
        portfolio = engine.get("/v1/portfolio")
        value = portfolio["value"]
        self.assertEqual(portfolio["accounts"], "2357")
        self.assertEqual(value["invoices"]["lifetime"], "6919")
        self.assertEqual(value["payments"]["lifetime"], "6919")
        for figure in ("invoicedNet", "collected", "netValue"):
            self.assertEqual(amount(value[figure]["lifetime"], "USD"), D("244091.94"), figure)
        self.assertEqual(amount(value.get("outstanding"), "USD"), 0)
        self.assertEqual(len(engine.every("/v1/accounts", "accounts")), 2357)

    def test_crm_opportunities(self):
        folder = DATA / "crm_opportunities"
        # What the product must count is the file's less the deals that give no valid event, worked out from the file.
        with open(folder / "sales_pipeline.csv", newline="") as file:
            deals = [deal for deal in csv.DictReader(file)]
        self.assertEqual(len(deals), 8800)
        valid = [deal for deal in deals if deal["account"] and deal["engage_date"]]
        stages = [deal["deal_stage"] for deal in valid]
        self.assertEqual((stages.count("Won"), stages.count("Lost")), (4238, 2473))

        tables = [folder / f"{name}.csv" for name in ("accounts", "products", "sales_pipeline")]
        engine, said = self.load("crm_opportunities.sql", *tables, now="2018-01-01", currency="USD", expect=1)
        self.assertIn(f"\n{len(deals) - len(valid)} rows gave no valid event and were not sent:\n", said)
        portfolio = engine.get("/v1/portfolio")
        value, growth = portfolio["value"], portfolio["growth"]
        self.assertEqual(portfolio["accounts"], "85")
        self.assertEqual(growth["dealsOpened"]["lifetime"], str(len(valid)))
        self.assertEqual(growth["dealsWon"]["lifetime"], "4238")
        self.assertEqual(growth["dealsLost"]["lifetime"], "2473")
        self.assertEqual(growth["openDeals"], str(stages.count("Engaging")))
        self.assertEqual(amount(value["booked"]["lifetime"], "USD"), D(10005534))
        self.assertEqual(round(amount(value["averageDeal"]["lifetime"], "USD"), 3), D("2360.909"))
        self.assertEqual(round(growth["winRate"]["value"], 6), 0.631501)
        self.assertEqual(growth["winRate"]["n"], "6711")
        self.assertEqual(round(growth["wonCycle"]["meanDays"]["value"], 3), 51.782)
        self.assertEqual(round(growth["lostCycle"]["meanDays"]["value"], 3), 41.479)

        quarters = {}
        for month in growth["months"]:
            quarter = (month["month"]["year"], (month["month"]["month"] - 1) // 3 + 1)
            quarters[quarter] = quarters.get(quarter, 0) + amount(month.get("booked"), "USD")
        told = {quarter: booked for quarter, booked in quarters.items() if booked}
        expected = {(2017, 1): 1134672, (2017, 2): 3086111, (2017, 3): 2982255, (2017, 4): 2802496}
        self.assertEqual(told, expected)

        accounts = [row["profile"] for row in engine.every("/v1/accounts", "accounts")]
        booked = {}
        for profile in accounts:
            view = engine.get("/v1/accounts/" + e2e.quoted(profile["accountId"]) + "/value")
            booked[profile["accountId"]] = amount(view["value"]["booked"]["lifetime"], "USD")
        self.assertEqual(max(booked.values()), D(341455))
        self.assertEqual(sum(booked.values()), D(10005534))
        self.assertEqual(sum("parent" in profile for profile in accounts), 15)

    def test_northwind(self):
        folder = self.folder / "northwind"
        subprocess.run([MAPPINGS / "northwind_to_csv", DATA / "northwind/northwind.sql", folder], check=True)
        tables = [folder / f"{name}.csv" for name in ("customers", "orders", "order_details", "products", "employees")]
        engine, _ = self.load("northwind.sql", *tables, now="1998-06-11", currency="USD")
        portfolio = engine.get("/v1/portfolio")
        value, commitments = portfolio["value"], portfolio["satisfaction"]["commitments"]
        self.assertEqual(portfolio["accounts"], "91")
        with open(folder / "order_details.csv", newline="") as file:
            lines = [line for line in csv.DictReader(file)]
        gross = sum(D(line["unit_price"]) * D(line["quantity"]) for line in lines)
        discount = sum(D(line["unit_price"]) * D(line["quantity"]) * D(line["discount"]) for line in lines)
        self.assertEqual((gross, round(gross - discount, 2)), (D("1354458.59"), D("1265793.04")))
        self.assertEqual(value["invoices"]["lifetime"], "830")
        self.assertEqual(amount(value["invoicedNet"]["lifetime"], "USD"), gross - discount)
        self.assertEqual(amount(value["discounts"]["lifetime"], "USD"), discount)
        self.assertEqual(commitments["made"], "830")
        self.assertEqual(commitments["due"], "830")
        self.assertEqual(commitments["keptInTime"], "772")
        self.assertEqual(round(100 * commitments["keptRate"]["value"], 2), 93.01)
        self.assertEqual(commitments["kept"], "809")
        self.assertEqual(commitments["keptInTimeOfKept"]["n"], "809")
        self.assertEqual(round(100 * commitments["keptInTimeOfKept"]["value"], 3), 95.426)


if __name__ == "__main__":
    unittest.main()
