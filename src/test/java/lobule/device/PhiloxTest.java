package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Known answers of philox4x32-10 from the Random123 distribution (Salmon et al. 2011). */
class PhiloxTest {

    @Test
    void zeros() {
        check(new Philox(0, 0), new int[] {0, 0, 0, 0}, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    }

    @Test
    void ones() {
        check(new Philox(-1, -1), new int[] {-1, -1, -1, -1}, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    }

    @Test
    void digitsOfPi() {
        check(new Philox(0xa4093822, 0x299f31d0), new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void keyWordsComeLowFirst() {
        assertEquals(new Philox(0xa4093822, 0x299f31d0), Philox.of(0x299f31d0a4093822L));
    }

    private static void check(Philox philox, int[] counter, int... expected) {
        int[] words = new int[4];
        philox.words(counter[0], counter[1], counter[2], counter[3], words);
        assertArrayEquals(expected, words);
    }
}
