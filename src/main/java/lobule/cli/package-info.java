/** The commands: thin, over the packages that do the work. The only package that prints. */
package lobule.cli;
