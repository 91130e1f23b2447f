/** What holds for files of every kind: written whole or not at all, and refused in one sentence. */
package lobule.file;
