-- Online Retail: the trade of a UK wholesaler, 2010-12-01 to 2011-12-09, one row an invoice line.
-- Table: online_retail (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country).
--
--   a customer's first document      AccountOpened, with its country
--   a document with another country  AccountChanged (8 customers have two)
--   a number of digits               InvoiceIssued: net = gross = the exact sum of quantity x price, never rounded
--   C...                             CreditNoteIssued: amounts and quantities turned positive; it names no invoice,
--                                    because the data does not say which one it lowers
--   A...  (adjust bad debt)          InvoiceWrittenOff of what the line takes off: A563186 and A563187 write 11,062.06
--                                    off each, A563185 takes one of them back by a negative one
--
-- Lines without a customer are of the account '(none)', of which no country is known: its lines come from nine.
-- InvoiceDate is the time that clocks showed in London, and is turned into an instant. 43 numbers span two minutes: the
-- first counts. There are no due dates, no taxes and no costs. Lines carry the price as charged for list price too.
-- Identical lines are as many facts: nothing is told apart by content.

CREATE INDEX online_retail_by_invoice ON online_retail (InvoiceNo);

-- One row a document, in the order of the file. No number has lines of two customers or of two countries.
CREATE TABLE document AS
  SELECT min(line) AS line, InvoiceNo AS number, substr(InvoiceNo, 1, 1) AS kind,
         instant(min(InvoiceDate), 'Europe/London') AS at,
         iif(min(CustomerID) = '', '(none)', min(CustomerID)) AS account,
         iif(min(CustomerID) = '', NULL, min(Country)) AS country,
         dec_sum(dec_mul(Quantity, UnitPrice)) AS net
  FROM online_retail GROUP BY InvoiceNo ORDER BY 1;

-- What each document says of its account: whether it is the first, and which country the one before it had.
CREATE TABLE account_document AS
  SELECT line, at, account, country,
         row_number() OVER by_time AS nth, lag(country) OVER by_time AS country_before
  FROM document WINDOW by_time AS (PARTITION BY account ORDER BY at, line);

-- Each line as an invoice shows it and as a credit note does.
CREATE VIEW document_line AS
  SELECT InvoiceNo AS number, line,
         json_object('product', StockCode, 'description', nullif(Description, ''), 'quantity', dec(Quantity),
                     'list_price', money(UnitPrice, 'GBP'), 'charged_price', money(UnitPrice, 'GBP')) AS invoiced,
         json_object('product', StockCode, 'description', nullif(Description, ''), 'quantity', dec(dec_neg(Quantity)),
                     'list_price', money(UnitPrice, 'GBP'), 'charged_price', money(UnitPrice, 'GBP')) AS returned
  FROM online_retail;

-- The order of the file; of one document the account comes first.
CREATE TABLE step AS
  SELECT line, 1 AS part, 'account' AS what FROM account_document WHERE nth = 1 OR country <> country_before
  UNION ALL SELECT line, 2, 'document' FROM document
  ORDER BY line, part;
CREATE INDEX document_by_line ON document (line);
CREATE INDEX account_document_by_line ON account_document (line);

SELECT
  iif(what = 'account',
    (SELECT json_object(
       'event_id', iif(nth = 1, 'account-' || account, 'country-' || account || '-' || number),
       'source', 'online-retail', 'account_id', account, 'occurred_at', at,
       iif(nth = 1, 'account_opened', 'account_changed'),
       json_object('fields', json_object('name', iif(account = '(none)', 'Lines without a customer', NULL),
                                         'country', country)))
     FROM account_document AS a WHERE a.line = step.line),
    CASE kind
      WHEN 'C' THEN json_object(
        'event_id', 'credit-note-' || number, 'source', 'online-retail', 'account_id', account, 'occurred_at', at,
        'credit_note_issued', json_object(
          'credit_note', json_object('id', number), 'net', money(dec_neg(net), 'GBP'),
          'gross', money(dec_neg(net), 'GBP'),
          'lines', (SELECT json_group_array(json(returned)) FROM
            (SELECT returned FROM document_line AS l WHERE l.number = document.number ORDER BY l.line))))
      WHEN 'A' THEN json_object(
        'event_id', 'write-off-' || number, 'source', 'online-retail', 'account_id', account, 'occurred_at', at,
        'invoice_written_off', json_object(
          'invoice', json_object('id', number), 'net', money(dec_neg(net), 'GBP'),
          'gross', money(dec_neg(net), 'GBP'), 'reason', 'bad debt'))
      ELSE json_object(
        'event_id', 'invoice-' || number, 'source', 'online-retail', 'account_id', account, 'occurred_at', at,
        'invoice_issued', json_object(
          'invoice', json_object('id', number), 'net', money(net, 'GBP'), 'gross', money(net, 'GBP'),
          'lines', (SELECT json_group_array(json(invoiced)) FROM
            (SELECT invoiced FROM document_line AS l WHERE l.number = document.number ORDER BY l.line))))
    END) AS event,
  at AS recorded_at,
  line
FROM step JOIN document USING (line) ORDER BY step.rowid;
