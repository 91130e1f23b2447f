/** Graph, plan and device put together into something that runs. */
package lobule.runtime;
