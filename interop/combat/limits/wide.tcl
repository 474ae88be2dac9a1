# prints: don't wanna handle wchars in GIOP 1.1
package require combat
set encoder [::Combat::CDR::Encoder #auto]
[$encoder get_buffer] configure -wencoder [::Combat::CONV_FRAME::getConverter 1 1 65801] ;# UTF-16
catch { $encoder Marshal wchar x } trouble
puts $trouble
