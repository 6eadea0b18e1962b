// SPDX-License-Identifier: ISC

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A records system's dealings with detainerd, from a detainer's arrival to the person's release.
 *
 * <pre>java Records.java BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE</pre>
 *
 * Lodges a detainer, starts its clock, follows what happens until the person must go, and records the release.
 * Java 17 without libraries. It may be killed anywhere and run again with the same arguments: it goes on from
 * there, and nothing is recorded twice.
 */
public final class Records {
    private static final Path SOCKET = Path.of(Objects.requireNonNullElse(
            System.getenv("DETAINERD_SOCKET"), "/run/detainerd/detainerd.sock"));
    private static final int WAIT_S = 30;

    public static void main(String[] arguments) {
        if (arguments.length != 4) {
            System.err.println("usage: java Records.java BOOKING FACILITY ELIGIBLE_AT CURSOR_FILE");
            System.exit(2);
        }
        try (Detainerd detainerd = new Detainerd(SOCKET)) {
            keep(detainerd, arguments[0], arguments[1], arguments[2], Path.of(arguments[3]));
        } catch (Refused | IOException | InterruptedException e) {
            System.err.println("Records.java: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void keep(Detainerd detainerd, String booking, String facility, String eligibleAt,
            Path cursorFile) throws Refused, IOException, InterruptedException {
        Answer lodged = detainerd.post("/v1/holds", Map.of("booking", booking, "facility", facility),
                booking + "-request", null);
        Object id = lodged.get("id");
        String path = "/v1/holds/" + id;
        System.out.println("hold " + id + " is " + lodged.get("state"));

        detainerd.post(path + "/start", Map.of("eligible_at", eligibleAt, "reason", "bond_posted"),
                booking + "-start", lodged.etag());
        Answer hold = detainerd.get(path);
        System.out.println("hold " + id + " is " + hold.get("state") + ", deadline " + hold.get("deadline_at"));

        while (hold.get("state").equals("held")) {
            if (follow(detainerd, id, cursorFile)) {
                hold = detainerd.get(path);
            }
        }
        // Nobody may hold the person any longer. They have left a moment ago, so that no time is sent.
        if (hold.get("state").equals("expired")) {
            hold = detainerd.post(path + "/release", Map.of("reason", "authority ended"), booking + "-release",
                    hold.etag());
        }
        System.out.println("hold " + id + " is " + hold.get("state"));
    }

    /** Waits for events and deals with them. Returns whether one was of this hold. */
    private static boolean follow(Detainerd detainerd, Object hold, Path cursorFile)
            throws Refused, IOException, InterruptedException {
        long after = Files.exists(cursorFile) ? Long.parseLong(Files.readString(cursorFile).strip()) : 0;
        long last = after;
        boolean concerned = false;
        Answer page = detainerd.get("/v1/events?after=" + after + "&wait=" + WAIT_S);
        for (Object element : (List<?>) page.get("events")) {
            Map<?, ?> event = (Map<?, ?>) element;
            last = (Long) event.get("seq");
            if (hold.equals(event.get("hold"))) {
                System.out.println("event " + last + " " + event.get("kind"));
                concerned = true;
            }
        }
        if (last > after) {
            writeCursor(cursorFile, last);
        }
        return concerned;
    }

    /** After what came before has been dealt with, never sooner. */
    private static void writeCursor(Path cursorFile, long seq) throws IOException {
        Path fresh = Path.of(cursorFile + ".new");
        try (FileOutputStream file = new FileOutputStream(fresh.toFile())) {
            file.write((seq + "\n").getBytes(StandardCharsets.US_ASCII));
            file.getFD().sync();
        }
        Files.move(fresh, cursorFile, StandardCopyOption.ATOMIC_MOVE);
    }
}

/** The daemon has understood, and will say the same the next time: for a person to look at. */
final class Refused extends Exception {
    Refused(Answer answer) {
        super(answer.get("detail") + " (" + answer.status() + " " + answer.get("kind") + ")");
    }
}

/** What was answered: its JSON is an object, whatever the status. */
record Answer(int status, String etag, Map<String, Object> json) {
    Object get(String member) {
        return json.get(member);
    }
}

/** Calls, each repeated until it is answered: a key makes that harmless. */
final class Detainerd implements AutoCloseable {
    private static final int TIMEOUT_S = 40; // of one try; longer than the longest wait that is asked for
    private static final int TRIES = 8; // which take about ten seconds where the daemon is away

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final UnixDomainSocketAddress address;

    Detainerd(Path socket) {
        address = UnixDomainSocketAddress.of(socket);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    Answer get(String path) throws Refused, IOException, InterruptedException {
        return call("GET", path, "", Map.of());
    }

    Answer post(String path, Map<String, String> body, String key, String etag)
            throws Refused, IOException, InterruptedException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Idempotency-Key", key);
        if (etag != null) {
            headers.put("If-Match", etag);
        }
        return call("POST", path, Json.write(body), headers);
    }

    private Answer call(String method, String path, String body, Map<String, String> headers)
            throws Refused, IOException, InterruptedException {
        String trouble = null;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (attempt > 0) {
                double longest = Math.min(5000, 100 << attempt);
                Thread.sleep((long) (longest * ThreadLocalRandom.current().nextDouble(0.5, 1)));
            }
            try {
                Answer answer = exchange(method, path, body, headers);
                if (answer.status() < 400) {
                    return answer;
                }
                if (answer.status() != 429 && answer.status() != 503) {
                    throw new Refused(answer);
                }
                trouble = "status " + answer.status();
            } catch (IOException e) {
                trouble = e.toString();
            }
        }
        throw new IOException("no answer from " + address + " in " + TRIES + " tries: " + trouble);
    }

    /** One try, on a connection of its own. Closing the channel ends whatever waits for it. */
    private Answer exchange(String method, String path, String body, Map<String, String> headers)
            throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: detainerd\r\n"
                + "Connection: close\r\n");
        if (content.length > 0) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(content);

        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Future<?> limit = timer.schedule(() -> {
                channel.close();
                return null;
            }, TIMEOUT_S, TimeUnit.SECONDS);
            try {
                channel.connect(address);
                channel.write(ByteBuffer.wrap(request.toByteArray()));
                return parse(Channels.newInputStream(channel).readAllBytes());
            } finally {
                limit.cancel(false);
            }
        }
    }

    private static Answer parse(byte[] message) throws IOException {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new EOFException("the connection broke");
        }
        String[] lines = text.substring(0, end).split("\r\n");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            String[] parts = lines[i].split(":", 2);
            headers.put(parts[0], parts[1].strip());
        }
        int length = Integer.parseInt(headers.get("Content-Length"));
        if (message.length - end - 4 < length) {
            throw new EOFException("the connection broke");
        }
        String body = new String(message, end + 4, length, StandardCharsets.UTF_8);
        return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers.get("ETag"), Json.readObject(body));
    }
}

/** Just enough JSON; use your own library. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** In order of name: a command that comes again must be the same byte for byte. */
    static String write(Map<String, String> members) {
        List<String> written = new ArrayList<>();
        new TreeMap<>(members).forEach((name, value) -> written.add(quote(name) + ":" + quote(value)));
        return "{" + String.join(",", written) + "}";
    }

    private static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            quoted.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : c);
        }
        return quoted.append('"').toString();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> readObject(String text) {
        return (Map<String, Object>) new Json(text).value();
    }

    private Object value() {
        switch (next()) {
            case '{':
                Map<String, Object> object = new LinkedHashMap<>();
                for (at++; next() != '}'; skip(',')) {
                    String name = string();
                    skip(':');
                    object.put(name, value());
                }
                at++;
                return object;
            case '[':
                List<Object> list = new ArrayList<>();
                for (at++; next() != ']'; skip(',')) {
                    list.add(value());
                }
                at++;
                return list;
            case '"':
                return string();
            default:
                return word();
        }
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.charAt(at);
    }

    private void skip(char separator) {
        if (next() == separator) {
            at++;
        }
    }

    private Object word() {
        int begin = at;
        while (at < text.length() && "+-.0123456789Eaeflnrstu".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String word = text.substring(begin, at);
        switch (word) {
            case "null":
                return null;
            case "true":
            case "false":
                return Boolean.valueOf(word);
            default:
                return Long.valueOf(word);
        }
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        for (at++; text.charAt(at) != '"'; at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                c = text.charAt(++at);
                int escape = "bfnrt".indexOf(c);
                if (c == 'u') {
                    c = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
                    at += 4;
                } else if (escape >= 0) {
                    c = "\b\f\n\r\t".charAt(escape);
                }
            }
            string.append(c);
        }
        at++;
        return string.toString();
    }
}
