# prints: reply status 3 not supported
# A reply of Combat's cannot be LOCATION_FORWARD; what the encoder says about it comes to standard error.
package require combat
set ::Combat::debug(giop) 1
itcl::class Connection {
    inherit ::Combat::GIOP::Conn
    constructor {} { ::Combat::GIOP::Conn::constructor 1 2 0 } {}
    public method send {data} {}
    public method close {} {}
}
[Connection #auto] send_reply 1 3 dummy "" 0 "" ""
