# Stands in for Vivado in tests of the scripts that `generate` writes:
#   tclsh vivado.tcl SCRIPT
# It knows the commands that they use and no others, and stops where a file does not exist, a cell, pin
# or object is not there, properties are no pairs, a pin is driven twice, or one of the device's own
# stays open. It prints "file PATH" for each source and "address SEGMENT OFFSET" for each assignment.
set project ""
set top ""
set packaged {}
array set cells {}
array set taken {}
set ports {}

proc need {condition message} { if {![uplevel 1 [list expr $condition]]} { error $message } }

# Takes "-option value" and "-flag" off a list of arguments; the rest stays in `rest`.
proc options {arguments flags} {
  upvar 1 given given rest rest
  array unset given
  set rest {}
  while {[llength $arguments] > 0} {
    set arguments [lassign $arguments word]
    if {![string match -* $word]} {
      lappend rest $word
    } elseif {$word in $flags} {
      set given($word) 1
    } else {
      set arguments [lassign $arguments given($word)]
    }
  }
}

proc create_project args {
  options $args -force
  need {[llength $rest] == 2 && $given(-part) ne ""} "create_project: $args"
  need {$::project eq ""} "a project is open"
  set ::project [lindex $rest 0]
}
proc close_project {} { set ::project "" }
proc current_project {} { need {$::project ne ""} "no project"; return project }
proc current_fileset {} { return fileset }
proc update_compile_order args { }
proc update_ip_catalog {} { }

proc add_files args {
  options $args -norecurse
  foreach file $rest {
    if {$file eq "system_wrapper.v"} { continue }
    need {[file isfile $file]} "no file $file"
    puts "file $file"
    # The wrapper's ports are the pins of the device's cell, its buses' among them.
    if {[string match *_axi.v $file]} {
      set in [open $file]
      set text [read $in]
      close $in
      foreach {- port} [regexp -all -inline -line {^  (?:in|out)put +wire [^;]*?(\w+),?$} $text] {
        lappend ::ports [regsub {^([sm]_axi)_.*} $port {\1}]
      }
      set ::ports [lsort -unique $::ports]
    }
  }
}

proc set_property args {
  if {[lindex $args 0] eq "-dict"} {
    lassign $args - pairs object
    need {[llength $pairs] % 2 == 0} "no pairs: $pairs"
    foreach {name value} $pairs {
      need {[regexp {^CONFIG\.\w+$} $name] && $value ne ""} "no property: $name $value"
    }
  } else {
    need {[llength $args] == 3} "set_property $args"
    lassign $args name value object
    if {$name eq "top"} { set ::top $value }
  }
  need {[info exists ::cells($object)] || $object in {project fileset core}} "no object $object"
}
proc get_property {name object} { return 100% }

namespace eval ipx {
  proc package_project args {
    options $args {-import_files -force}
    need {$::top ne "" && [info exists given(-root_dir)]} "ipx::package_project: $args"
    set ::packaged $given(-vendor):$given(-library):[regsub {_axi$} $::top {}]
  }
  proc current_core {} { return core }
  foreach name {create_xgui_files update_checksums check_integrity save_core} {
    proc $name {core} { need {$core eq "core"} "no core" }
  }
}

proc create_bd_design {name} { }
proc create_bd_cell args {
  options $args {}
  need {[llength $rest] == 1 && $given(-type) eq "ip"} "create_bd_cell: $args"
  set known {zynq_ultra_ps_e proc_sys_reset smartconnect xdma util_ds_buf ddr4}
  need {$given(-vlnv) eq $::packaged || [regsub {^xilinx.com:ip:} $given(-vlnv) {}] in $known} \
    "no IP $given(-vlnv)"
  set ::cells([lindex $rest 0]) $given(-vlnv)
  return [lindex $rest 0]
}
proc apply_bd_automation args {
  options $args {}
  need {[llength $given(-config)] % 2 == 0 && [llength $rest] == 1} "apply_bd_automation: $args"
}
proc get_bd_pins {name} {
  lassign [split $name /] cell pin
  need {[info exists ::cells($cell)] && $pin ne ""} "no pin $name"
  need {$::cells($cell) ne $::packaged || $pin in $::ports} "the device has no pin $name"
  return $name
}
proc get_bd_intf_pins {name} { return [get_bd_pins $name] }
proc connect_bd_net {from to} {
  need {![info exists ::taken($to)]} "$to is driven twice"
  set ::taken($to) $from
  set ::taken($from) $to
}
proc connect_bd_intf_net {from to} {
  need {![info exists ::taken($from)]} "$from is connected twice"
  connect_bd_net $from $to
}
proc get_bd_addr_spaces {name} { return [get_bd_pins $name] }
proc get_bd_addr_segs {name} { return [get_bd_pins $name] }
proc assign_bd_address args {
  options $args {}
  need {[llength $rest] == 1 && [string is entier $given(-offset)] &&
        $given(-target_address_space) ne ""} "assign_bd_address: $args"
  puts "address [lindex $rest 0] $given(-offset)"
}
proc validate_bd_design {} {
  foreach port $::ports { need {[info exists ::taken(device/$port)]} "device/$port stays open" }
}
proc save_bd_design {} { }

proc get_files {name} { return $name }
proc make_wrapper args { return system_wrapper.v }
proc get_runs {name} { return $name }
proc launch_runs args { }
proc wait_on_run {run} { }
proc write_hw_platform args { }

set script [lindex $argv 0]
set argv [lrange $argv 1 end]
source $script
