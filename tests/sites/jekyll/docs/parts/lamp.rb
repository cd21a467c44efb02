def shine
  :lamp
end
