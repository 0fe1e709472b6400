//! F4: what is shown of the agent; one truth for socket, HTTP and command line.
