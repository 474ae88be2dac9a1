# prints: long {enum {red green}} {}{}
# Of a TypeCode Combat keeps no alias, and no name or id of an enum: what it reads is a long, and an enum of these members, which it
# writes without either.
package require combat
set encoder [::Combat::CDR::Encoder #auto]
set buffer [$encoder get_buffer]
$buffer ulong 21 ;# tk_alias
$buffer begin_encaps
foreach text {IDL:Feet:1.0 Feet} { $buffer string $text }
$buffer ulong 3 ;# tk_long
$buffer end_encaps
$buffer ulong 17 ;# tk_enum
$buffer begin_encaps
foreach text {IDL:Light:1.0 Light} { $buffer string $text }
$buffer ulong 2
foreach text {red green} { $buffer string $text }
$buffer end_encaps
set decoder [::Combat::CDR::Decoder #auto [$encoder get_data]]
set alias [$decoder Demarshal TypeCode]
set enum [$decoder Demarshal TypeCode]
set encoder [::Combat::CDR::Encoder #auto]
$encoder Marshal TypeCode $enum
set buffer [[::Combat::CDR::Decoder #auto [$encoder get_data]] get_buffer]
$buffer ulong
$buffer begin_encaps
puts "[list $alias $enum] {[$buffer string]}{[$buffer string]}"
