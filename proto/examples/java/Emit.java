import com.google.protobuf.Timestamp;
import com.kontor.event.v1.Event;
import com.kontor.event.v1.InvoiceIssued;
import com.kontor.type.v1.Date;
import com.kontor.type.v1.EntityRef;
import com.kontor.type.v1.Money;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Emits one invoice of one account: Emit HOST:PORT [TOPIC [ACCOUNT]]. Fails if it was not acknowledged. */
public final class Emit {
  public static void main(String[] arguments) throws Exception {
    String topic = arguments.length > 1 ? arguments[1] : "kontor.events";
    String account = arguments.length > 2 ? arguments[2] : "example-java";
    Event event = invoiceIssued(account, "1001", Instant.parse("2026-02-01T08:30:00Z"));

    Properties config = new Properties();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
    config.put(ProducerConfig.ACKS_CONFIG, "all"); // with idempotence, which is on by default
    // No partitioner is set: Java's default, murmur2 of the key, is the one that Kontor expects.
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
      var sent = producer.send(new ProducerRecord<>(topic, event.getAccountId(), event.toByteArray())).get();
      System.out.printf("%s [%d] at offset %d%n", sent.topic(), sent.partition(), sent.offset());
    }
  }

  static Event invoiceIssued(String account, String invoice, Instant at) {
    return Event.newBuilder()
        // Made of what the fact is: emitted again it is a duplicate, which changes nothing.
        .setEventId(account + "/invoice/" + invoice)
        .setSource("example-java")
        .setAccountId(account)
        .setOccurredAt(Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()))
        .setInvoiceIssued(
            InvoiceIssued.newBuilder()
                .setInvoice(EntityRef.newBuilder().setId(invoice))
                .setNet(euros(1000))
                .setGross(euros(1190))
                .setDue(Date.newBuilder().setYear(2026).setMonth(3).setDay(3)))
        .build();
  }

  static Money euros(long units) {
    return Money.newBuilder().setCurrencyCode("EUR").setUnits(units).build();
  }
}
