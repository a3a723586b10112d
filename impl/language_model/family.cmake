# The scales and relative biases that a variation may have are attention's.
target_link_libraries(tandem_language_model PUBLIC tandem_attention)
