/**
 * What devices need of the process they run in: the JVM's version and modules, and folders that nobody else can write
 * to, for native libraries that are unpacked on their way into it.
 */
package lobule.device.host;
