/**
 * The readable specification of every op: plain loops, double accumulators, activations stored NCDHW. Other devices are
 * tested against this one. Each output element is summed by one thread in a fixed order, so results do not depend on
 * the number of threads. Unlike production devices, launches allocate scratch of a few rows.
 */
package lobule.device.reference;
