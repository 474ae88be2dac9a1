package tunnel

// DialKeeping is Dial with another time between the packets by which a client stays known.
var DialKeeping = dial
