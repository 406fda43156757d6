# The Debian package, by CPack: `cmake --build --preset release --target deb`, or tools/build --deb. What it installs
# beside the program stands in deploy/.

# Installing, and so packing, takes what was built as it is; the target below builds what is packed and no test.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS kontor RUNTIME DESTINATION bin)
install(FILES deploy/systemd/kontor.service DESTINATION lib/systemd/system)
install(FILES deploy/debian/copyright DESTINATION share/doc/kontor)
install(FILES README.md DESTINATION share/doc/kontor)
install(FILES deploy/prometheus/kontor.rules.yml DESTINATION share/doc/kontor/examples)
# Not under the prefix: configuration is the machine's own.
install(FILES deploy/kontor.toml DESTINATION /etc/kontor)
file(WRITE "${CMAKE_BINARY_DIR}/conffiles" "/etc/kontor/kontor.toml\n")

# What is written when it is installed: Debian's changelog, packed, and what the program says of itself.
install(CODE [[
  function(kontor_write file)
    set(path "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${file}")
    get_filename_component(folder "${path}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    execute_process(COMMAND ${ARGN} OUTPUT_FILE "${path}" COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD "${path}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  endfunction()
]])
install(CODE "
  kontor_write(share/doc/kontor/changelog.gz gzip -9nc \"${CMAKE_SOURCE_DIR}/deploy/debian/changelog\")
  kontor_write(share/man/man1/kontor.1.gz bash -o pipefail -c \"'$<TARGET_FILE:kontor>' man | gzip -9n\")
  kontor_write(share/bash-completion/completions/kontor \"$<TARGET_FILE:kontor>\" completion bash)
  kontor_write(share/zsh/vendor-completions/_kontor \"$<TARGET_FILE:kontor>\" completion zsh)
  kontor_write(share/fish/vendor_completions.d/kontor.fish \"$<TARGET_FILE:kontor>\" completion fish)
")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kontor)
set(CPACK_PACKAGE_VENDOR "The Kontor authors")
set(CPACK_STRIP_FILES ON)
# What lies outside of the prefix is packed only this way, which takes the prefix from CMake.
set(CPACK_SET_DESTDIR ON)
set(CMAKE_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Kontor keeps every event that sales systems emit on Kafka, exactly once, in an
event log, and folds them into live views of each account's value, growth and
satisfaction, which it answers over HTTP and on the command line.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Kontor authors <kontor@kontor.invalid>")
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${CMAKE_BINARY_DIR}/conffiles;${CMAKE_SOURCE_DIR}/deploy/debian/postinst;${CMAKE_SOURCE_DIR}/deploy/debian/prerm;${CMAKE_SOURCE_DIR}/deploy/debian/postrm")
include(CPack)

add_custom_target(deb COMMAND "${CMAKE_CPACK_COMMAND}" -G DEB DEPENDS kontor
  WORKING_DIRECTORY "${CMAKE_BINARY_DIR}" COMMENT "Packing kontor for Debian" VERBATIM)
