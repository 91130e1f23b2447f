package lobule.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import lobule.file.InputException;
import lobule.report.ArenaPicture.Box;
import lobule.report.ArenaPicture.Kind;
import lobule.report.ArenaPicture.Phase;
import lobule.report.ArenaPicture.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The picture is read back as XML and measured. */
class ArenaPictureTest {
    private static final long MEBIBYTE = 1 << 20;
    private static final ArenaPicture PICTURE = new ArenaPicture("a <title> & more", List.of(
            new Box("input", Kind.INPUT, -1, 10, 0, 16 * MEBIBYTE),
            new Box("kept", Kind.KEPT, 0, 8, 16 * MEBIBYTE, 48 * MEBIBYTE),
            new Box("a name that has no room", Kind.WORKSPACE, 4, 4, 48 * MEBIBYTE, 64 * MEBIBYTE),
            new Box("thin", Kind.TEMPORARY, 5, 9, 63 * MEBIBYTE, 63 * MEBIBYTE + 256)),
            List.of(new Phase("forward", 0, 4, 1), new Phase("backward", 5, 9, 1)),
            List.of(new Stage("encoder", 0, 4), new Stage("decoder", 5, 9)), 64 * MEBIBYTE, 60 * MEBIBYTE);

    @TempDir
    private Path folder;

    private Document draw(ArenaPicture picture) throws IOException, SAXException, ParserConfigurationException {
        Path file = folder.resolve("arena.svg");
        picture.write(file);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static List<Element> all(Document document, String name) {
        NodeList nodes = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<String> texts(Document document) {
        return all(document, "text").stream().map(Element::getTextContent).toList();
    }

    /** The rectangle whose tip begins with a block's name. */
    private static Element box(Document document, String name) {
        return all(document, "rect").stream().filter(rect -> rect.getTextContent().startsWith(name + ":")).findFirst()
                .orElseThrow();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void boxesLieWhereTheirBlocksDo() throws Exception {
        Document document = draw(PICTURE);
        Element input = box(document, "input");
        Element kept = box(document, "kept");
        Element workspace = box(document, "a name that has no room");
        // address up: what is higher in the arena has the smaller y
        assertEquals(number(input, "y"), number(kept, "y") + number(kept, "height"), 0.02);
        assertEquals(2 * number(input, "height"), number(kept, "height"), 0.02);
        assertEquals(number(kept, "y"), number(workspace, "y") + number(workspace, "height"), 0.02);
        // time across: what is there from the start to the end is as wide as ten nodes
        assertEquals(10 * number(workspace, "width"), number(input, "width"), 0.1);
        assertEquals(number(input, "x"), number(kept, "x"), 0.02);
        assertTrue(number(workspace, "x") > number(kept, "x"));
        assertTrue(input.getTextContent().contains("16.0 MiB at 0.0 MiB"), input.getTextContent());
    }

    @Test
    void labelsStandWhereTheyFit() throws Exception {
        List<String> texts = texts(draw(PICTURE));
        assertTrue(texts.containsAll(List.of("a <title> & more", "input", "kept", "forward", "backward", "encoder",
                "decoder")), texts.toString());
        assertTrue(!texts.contains("thin"), texts.toString());
    }

    @Test
    void allIsInsideThePicture() throws Exception {
        Document document = draw(PICTURE);
        double width = number(document.getDocumentElement(), "width");
        double height = number(document.getDocumentElement(), "height");
        for (Element rect : all(document, "rect")) {
            assertTrue(number(rect, "x") >= 0 && number(rect, "x") + number(rect, "width") <= width);
            assertTrue(number(rect, "y") >= 0 && number(rect, "y") + number(rect, "height") <= height);
        }
    }

    @Test
    void anEmptyArenaIsDrawn() throws Exception {
        ArenaPicture empty = new ArenaPicture("empty", List.of(), List.of(new Phase("forward", 0, 0, 1)), List.of(), 0,
                0);
        assertTrue(texts(draw(empty)).contains("empty"));
    }

    @Test
    void aPlaceThatCannotBeWrittenToIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "").resolve("arena.svg");
        String message = assertThrows(InputException.class, () -> PICTURE.write(file)).getMessage();
        assertTrue(message.contains(file.toString()), message);
    }
}
