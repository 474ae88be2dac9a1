package oneport

// Over is what is made of a connection that was accepted.
var Over = over
