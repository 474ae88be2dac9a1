# prints: 3.4028236692093846e+38 NaN
# Combat reads an infinite float as a number, of the exponent that is no number's, and writes half the greatest double as NaN: it puts
# numbers together from their parts, and takes them apart, by arithmetic that rounds.
package require combat
set decoder [::Combat::CDR::Decoder #auto \x7f\x80\x00\x00]
[$decoder get_buffer] configure -byteorder 0
set infinity [$decoder Demarshal float]
set encoder [::Combat::CDR::Encoder #auto]
$encoder Marshal double [expr {1.7976931348623157e308 / 2}]
binary scan [$encoder get_data] q half
puts "$infinity [string trimleft $half -]"
