/** Proof that a device trains right: one training step against the same step computed elsewhere. */
package lobule.verification;
