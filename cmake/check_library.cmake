# cmake -DLIBRARY=name -DNAMESPACE=name -DTABLE=file -DROOT=checkout -DFILES=a|b -DSTAMP=file
#       -P check_library.cmake
#
# Stops with file and line where a file of the library includes a header of a library that is not
# among its LIBS, nor theirs, or opens another namespace than the library's own. TABLE
# (intformer_write_libraries) says which folders are whose, and what each library uses.

cmake_minimum_required(VERSION 3.25)
include(${TABLE})
string(REPLACE "|" ";" files "${FILES}")

# Line `n` of the first place of `text` in a file.
function(line_of file text result)
  file(READ ${file} content)
  string(FIND "${content}" "${text}" at)
  string(SUBSTRING "${content}" 0 ${at} before)
  string(REGEX MATCHALL "\n" ends "${before}")
  list(LENGTH ends count)
  math(EXPR line "${count} + 1")
  set(${result} ${line} PARENT_SCOPE)
endfunction()

set(refused)
foreach(file ${files})
  file(STRINGS ${file} includes REGEX "^#include \"[^\"]+/[^\"]+\"")
  foreach(include ${includes})
    string(REGEX MATCH "\"([^\"]+)/[^/\"]+\"" _ "${include}")
    set(folder ${CMAKE_MATCH_1})
    while(folder AND NOT DEFINED libraries_${folder})
      cmake_path(GET folder PARENT_PATH folder)
    endwhile()
    if(NOT folder)
      continue()  # not a library's: tests, generated files
    endif()
    set(known FALSE)
    foreach(library ${libraries_${folder}})
      if(library IN_LIST uses_${LIBRARY})
        set(known TRUE)
      endif()
    endforeach()
    if(NOT known)
      line_of(${file} "${include}" line)
      file(RELATIVE_PATH name ${ROOT} ${file})
      list(JOIN libraries_${folder} " or " wanted)
      string(APPEND refused "\n${name}:${line}: ${include}: the library ${LIBRARY} needs ${wanted} "
                            "among its LIBS, if it may")
    endif()
  endforeach()

  if(NOT file MATCHES "[.][ch]pp$")
    continue()  # of C
  endif()
  file(RELATIVE_PATH name ${ROOT} ${file})
  file(STRINGS ${file} namespaces REGEX "^namespace intformer")
  list(REMOVE_DUPLICATES namespaces)
  foreach(namespace ${namespaces})
    if(NOT namespace STREQUAL "namespace ${NAMESPACE} {" AND
       NOT (namespace MATCHES "^namespace ${NAMESPACE}::" AND NOT NAMESPACE STREQUAL intformer))
      line_of(${file} "${namespace}" line)
      string(APPEND refused "\n${name}:${line}: ${namespace}: what the library ${LIBRARY} declares "
                            "is in the namespace ${NAMESPACE}")
    endif()
  endforeach()
endforeach()
if(refused)
  message(FATAL_ERROR "${refused}")
endif()
file(TOUCH ${STAMP})
