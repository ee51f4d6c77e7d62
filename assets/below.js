// The link under the three gradients to what they show on the map. Why not Python: it presses a button that
// is there already and scrolls to it.
(() => {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#scale-below")) {
      const button = document.getElementById("scale");
      if (button.getAttribute("aria-pressed") !== "true") button.click();
      button.scrollIntoView({ block: "end" });
    }
  });
})();
