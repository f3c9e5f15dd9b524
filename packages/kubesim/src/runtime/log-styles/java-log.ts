import { choose, hex, type LogMoment, type LogStyle, whole } from './log-style.ts';

const classes = [
  'c.a.shop.orders.OrderService',
  'c.a.shop.orders.OutboxPublisher',
  'c.a.shop.http.RequestLog',
  'c.a.shop.stock.Reservation',
] as const;

/** A Spring Boot service: banner, levels, threads, and a stack trace now and then. */
export const javaLog: LogStyle = {
  rate: 0.35,
  startup: (subject) => {
    const start = subject.startedAt;
    const at = (seconds: number, text: string) => ({
      seconds,
      text: `${javaTime(start + seconds * 1000)}  INFO 1 --- [           main] ${text}`,
    });
    return [
      ...[
        '  .   ____          _',
        " /\\\\ / ___'_ __ _ _(_)_ __",
        "( ( )\\___ | '_ | '_| | '_ \\/ _` |",
        " '  |____| .__|_| |_|_| |_\\__, |",
        ' :: Spring Boot ::                (v3.4.1)',
      ].map((text) => ({ seconds: 0.4, text })),
      at(
        0.6,
        `c.a.shop.Application                     : Starting Application v${subject.version} using Java 21.0.5 with PID 1`,
      ),
      at(1.4, 'o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat initialized with port 8080 (http)'),
      at(2.1, 'com.zaxxer.hikari.HikariDataSource       : HikariPool-1 - Start completed.'),
      at(
        2.6,
        'c.a.shop.Application                     : Started Application in 2.204 seconds (process running for 2.611)',
      ),
    ];
  },
  record(_subject, moment) {
    const { chance, time } = moment;
    const dice = chance();
    if (dice < 0.02) return stackTrace(moment, 'java.net.SocketTimeoutException: Read timed out');
    if (dice < 0.07)
      return javaLine(
        { time, level: ' WARN', thread: thread(chance), from: choose(chance, classes) },
        `Retry ${whole(chance, 1, 3)}/3 for order ${whole(chance, 100_000, 999_999)}: optimistic lock failed`,
      );
    const text = choose(chance, [
      `Order ${whole(chance, 100_000, 999_999)} accepted, total ${(chance() * 240 + 5).toFixed(2)} EUR, trace=${hex(chance, 16)}`,
      `Published ${whole(chance, 1, 40)} outbox events in ${whole(chance, 3, 60)} ms`,
      `Reserved ${whole(chance, 1, 5)} items in warehouse ${choose(chance, ['HAM', 'LYS', 'WAW'])}`,
      `GET /orders/${whole(chance, 100_000, 999_999)} 200 ${whole(chance, 2, 90)} ms`,
    ]);
    return javaLine({ time, level: ' INFO', thread: thread(chance), from: choose(chance, classes) }, text);
  },
  ending: (_, end) => {
    if (end.reason === 'OOMKilled') {
      return [
        {
          seconds: 2.2,
          text: `${javaTime(end.at - 2200)}  WARN 1 --- [    gc-monitor] c.a.shop.MemoryWatch                     : Heap 94% after full GC (1.88 of 2.00 GiB)`,
        },
        {
          seconds: 0.6,
          text: `${javaTime(end.at - 600)}  WARN 1 --- [    gc-monitor] c.a.shop.MemoryWatch                     : Heap 99% after full GC (1.99 of 2.00 GiB)`,
        },
      ];
    }
    if (end.code !== 0) {
      return crashTrace(end.at - 300).map((text) => ({ seconds: 0.3, text }));
    }
    return [
      {
        seconds: 0.3,
        text: `${javaTime(end.at - 300)}  INFO 1 --- [ionShutdownHook] com.zaxxer.hikari.HikariDataSource       : HikariPool-1 - Shutdown completed.`,
      },
    ];
  },
};

type Head = { time: number; level: string; thread: string; from: string };

function javaLine({ time, level, thread: name, from }: Head, text: string): string {
  return `${javaTime(time)} ${level} 1 --- [${name.padStart(15)}] ${from.padEnd(41)}: ${text}`;
}

function thread(chance: () => number): string {
  return `nio-8080-exec-${whole(chance, 1, 10)}`;
}

export function javaTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '+00:00');
}

function stackTrace({ time, chance }: LogMoment, error: string): string[] {
  return [
    javaLine(
      { time, level: 'ERROR', thread: thread(chance), from: 'c.a.shop.payments.PaymentClient' },
      'Payment provider did not answer',
    ),
    error,
    '\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278)',
    '\tat java.base/java.net.Socket$SocketInputStream.read(Socket.java:1099)',
    `\tat com.acme.shop.payments.PaymentClient.authorize(PaymentClient.java:${whole(chance, 80, 140)})`,
    `\tat com.acme.shop.orders.OrderService.pay(OrderService.java:${whole(chance, 180, 260)})`,
    '\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1144)',
    '\tat java.base/java.lang.Thread.run(Thread.java:1583)',
  ];
}

function crashTrace(time: number): string[] {
  return [
    `${javaTime(time)} ERROR 1 --- [           main] o.s.boot.SpringApplication               : Application run failed`,
    "java.lang.IllegalStateException: Failed to load model 'recommendations-v7': checksum mismatch",
    '\tat com.acme.shop.recommend.ModelLoader.verify(ModelLoader.java:94)',
    '\tat com.acme.shop.recommend.ModelLoader.load(ModelLoader.java:61)',
    '\tat com.acme.shop.recommend.Application.main(Application.java:22)',
    'Caused by: java.io.IOException: unexpected end of file after 41943040 bytes',
    '\tat java.base/java.util.zip.GZIPInputStream.read(GZIPInputStream.java:118)',
    '\t... 14 more',
  ];
}
