package lobule.report;

import java.io.OutputStream;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A picture in SVG, element by element; coordinates in pixels, y down. */
final class Svg {
    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    private final XMLStreamWriter xml;

    private Svg(XMLStreamWriter xml) {
        this.xml = xml;
    }

    /** What is drawn; later elements cover earlier ones. */
    @FunctionalInterface
    interface Drawing {
        void draw(Svg svg) throws XMLStreamException;
    }

    /** Writes a picture on white. */
    static void write(OutputStream out, int width, int height, Drawing drawing) {
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, "UTF-8");
            Svg svg = new Svg(xml);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("svg");
            xml.writeDefaultNamespace(NAMESPACE);
            svg.attributes("width", width, "height", height, "viewBox", "0 0 " + width + " " + height,
                    "font-family", "Helvetica, Arial, sans-serif", "font-size", 11, "fill", "#2b2f36");
            svg.box(0, 0, width, height, "#ffffff", "none", "");
            drawing.draw(svg);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("the picture cannot be put into XML", e);
        }
    }

    /** @param tip shown where the pointer rests on it, or empty */
    void box(double x, double y, double width, double height, String fill, String stroke, String tip)
            throws XMLStreamException {
        xml.writeStartElement("rect");
        attributes("x", x, "y", y, "width", width, "height", height, "fill", fill, "stroke", stroke, "stroke-width",
                0.5);
        if (!tip.isEmpty()) {
            xml.writeStartElement("title");
            xml.writeCharacters(tip);
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    /** @param dashes lengths of dash and gap, or {@code none} */
    void line(double x1, double y1, double x2, double y2, String stroke, String dashes) throws XMLStreamException {
        xml.writeEmptyElement("line");
        attributes("x1", x1, "y1", y1, "x2", x2, "y2", y2, "stroke", stroke, "stroke-dasharray", dashes);
    }

    /** @param anchor which end of the text is at x: start, middle or end */
    void text(double x, double y, double size, String anchor, String text) throws XMLStreamException {
        xml.writeStartElement("text");
        attributes("x", x, "y", y, "font-size", size, "text-anchor", anchor);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private void attributes(Object... namesAndValues) throws XMLStreamException {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            xml.writeAttribute((String) namesAndValues[i], namesAndValues[i + 1] instanceof Double number
                    ? String.format(Locale.ROOT, "%.2f", number) : String.valueOf(namesAndValues[i + 1]));
        }
    }
}
