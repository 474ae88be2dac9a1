package portscan

// FirstOctets and Answer are what is made of octets.
func FirstOctets(b []byte) Identity { return first(b) }
func Answer(b []byte) Identity      { i, _ := answer(b); return i }

// ListenerOf is what is made of what the system says of a connection.
var ListenerOf = listener
