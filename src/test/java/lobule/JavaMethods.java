package lobule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds methods and constructors in Java source by counting braces: enough to measure them, no parser. */
final class JavaMethods {
    /** A member with a body, from its first line, annotations included, to its closing brace. */
    record Method(int firstLine, int lines) {}

    private enum Kind { TYPE, METHOD, OTHER }

    private record Block(Kind kind, int firstLine) {}

    /** Comments, text blocks, strings and characters: whatever may hold a brace that is none. */
    private static final Pattern OPAQUE = Pattern.compile(
        "//[^\n]*|/\\*.*?\\*/|\"\"\".*?(?<!\\\\)\"\"\""
            + "|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])+'",
        Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("\\b(class|interface|enum|record)\\s+\\w+");
    private static final Pattern INNERMOST_PARENTHESES = Pattern.compile("\\([^()]*\\)");

    private final List<Method> methods = new ArrayList<>();
    private final Deque<Block> open = new ArrayDeque<>();
    private final StringBuilder header = new StringBuilder();
    private int line = 1;
    private int headerLine;

    private JavaMethods() {}

    static List<Method> of(String source) {
        JavaMethods scan = new JavaMethods();
        blank(source).chars().forEach(character -> scan.take((char) character));
        return List.copyOf(scan.methods);
    }

    private void take(char character) {
        switch (character) {
            case '{' -> {
                open.push(new Block(kind(), header.isEmpty() ? line : headerLine));
                header.setLength(0);
            }
            case '}' -> {
                Block block = open.pop();
                if (block.kind() == Kind.METHOD) {
                    methods.add(new Method(block.firstLine(), line - block.firstLine() + 1));
                }
                header.setLength(0);
            }
            case ';' -> header.setLength(0);
            default -> extendHeader(character);
        }
        if (character == '\n') {
            line++;
        }
    }

    private void extendHeader(char character) {
        if (header.isEmpty()) {
            if (Character.isWhitespace(character)) {
                return;
            }
            headerLine = line;
        }
        header.append(character);
    }

    /** What the brace after the present header opens. */
    private Kind kind() {
        String text = withoutParentheses(header.toString());
        if (TYPE.matcher(text).find()) {
            return Kind.TYPE;
        }
        boolean isMember = !open.isEmpty() && open.peek().kind() == Kind.TYPE;
        return isMember && !text.contains("=") ? Kind.METHOD : Kind.OTHER;
    }

    private static String withoutParentheses(String text) {
        String shorter = INNERMOST_PARENTHESES.matcher(text).replaceAll(" ");
        return shorter.equals(text) ? text : withoutParentheses(shorter);
    }

    /** The source with its opaque parts emptied and its line breaks kept. */
    private static String blank(String source) {
        return OPAQUE.matcher(source).replaceAll(
            opaque -> Matcher.quoteReplacement(" " + "\n".repeat((int) opaque.group().lines().skip(1).count())));
    }
}
