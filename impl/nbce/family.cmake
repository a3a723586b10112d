# Answers are decoded with the language model.
target_link_libraries(tandem_nbce PUBLIC tandem_language_model)
