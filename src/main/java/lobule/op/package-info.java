/**
 * The operations of the engine as sealed records: attributes, shape rule and, where one exists, gradient rule.
 * How an operation is computed is the device's business.
 */
package lobule.op;
