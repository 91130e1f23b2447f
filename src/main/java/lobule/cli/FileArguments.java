package lobule.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** Arguments that name files: Java reads and names these in the locale's character set alone. */
final class FileArguments implements ITypeConverter<Path> {
    /** What the JVM puts in place of bytes that are not of that set; no path made of it leads to the file. */
    private static final String REPLACEMENT = "\uFFFD";

    private static final String CHARACTERS = System.getProperty("sun.jnu.encoding");

    @Override
    public Path convert(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException(sentence(e));
        }
    }

    /** @throws ParameterException where an argument is not what the user gave */
    static void requireReadable(ParseResult parsed) {
        for (String argument : parsed.originalArgs()) {
            if (argument.contains(REPLACEMENT)) {
                throw new ParameterException(parsed.commandSpec().commandLine(), "the argument \"" + argument
                        + "\" is not text in the locale's character set " + CHARACTERS + "; " + remedy());
            }
        }
    }

    static String sentence(InvalidPathException e) {
        return "the path \"" + e.getInput() + "\" names no file in the locale's character set " + CHARACTERS + " ("
                + e.getReason() + "); " + remedy();
    }

    private static String remedy() {
        return "rename the file" + (CHARACTERS.equals("UTF-8") ? "" : ", or set the variable LC_ALL to C.UTF-8");
    }
}
